-- 278 (005010X217 request and response; X215, X216 and 004010X094 as far as they share it): temporary tables x12_278_header, _level, _name,
-- _trace, _review, _decision, _reject, _service, _diagnosis, _reference, _date, _delivery, _attachment, _message, _contact.
-- Every row has set_id, file_id, segment_no. hl_at and name_at say under which HL and NM1 a segment stands; NULL: none.

-- one row per segment, with the HL and the NM1 it stands under (NULL: none)
CREATE OR REPLACE TEMP TABLE x12_278_place AS
SELECT set_id, segment_no, nullif(hl_at, 0) AS hl_at, CASE WHEN nm1_at > hl_at THEN nm1_at END AS name_at
FROM (
    SELECT set_id, segment_no, coalesce(max(segment_no) FILTER (tag = 'HL') OVER sofar, 0) AS hl_at,
           coalesce(max(segment_no) FILTER (tag = 'NM1') OVER sofar, 0) AS nm1_at
    FROM x12_segment
    WINDOW sofar AS (PARTITION BY set_id ORDER BY segment_no)
);

-- one row per set: BHT, with how many segments the set has and how many stand under no HL though they should
CREATE OR REPLACE TEMP TABLE x12_278_header AS FROM x12_header();

-- one row per NM1: organization, requester, subscriber, dependent, and the providers of an event or service
CREATE OR REPLACE TEMP TABLE x12_278_name AS SELECT * EXCLUDE (maintenance_type, birth_sequence) FROM x12_names('x12_278_place');

-- one row per HL: its level, the event it belongs to (a service's EV) and the patient it is about (the last 23, or else 22, above it)
CREATE OR REPLACE TEMP TABLE x12_278_level AS
SELECT hl.* EXCLUDE (subscriber_at, dependent_at, event_at),
       CASE WHEN hl.level IN ('event', 'service') THEN hl.event_at END AS event_at,
       CASE WHEN hl.level NOT IN ('organization', 'requester') THEN hl.subscriber_at END AS subscriber_at,
       CASE WHEN hl.level NOT IN ('organization', 'requester') THEN
            CASE WHEN hl.dependent_at > hl.subscriber_at THEN hl.dependent_at ELSE hl.subscriber_at END END AS patient_at,
       name.entity, name.entity_type, name.last_name, name.first_name, name.id_qualifier, name.identifier
FROM (
    SELECT set_id, file_id, segment_no, hl01, hl02, hl03, hl04,
           CASE hl03 WHEN '20' THEN 'organization' WHEN '21' THEN 'requester' WHEN '22' THEN 'subscriber' WHEN '23' THEN 'dependent'
                     WHEN 'EV' THEN 'event' WHEN 'SS' THEN 'service' WHEN '19' THEN 'provider' ELSE 'other' END AS level,
           max(segment_no) FILTER (hl03 = '22') OVER sofar AS subscriber_at, max(segment_no) FILTER (hl03 = '23') OVER sofar AS dependent_at,
           max(segment_no) FILTER (hl03 = 'EV') OVER sofar AS event_at
    FROM seg_hl
    WINDOW sofar AS (PARTITION BY set_id ORDER BY segment_no)
) AS hl
LEFT JOIN (SELECT * FROM x12_278_name QUALIFY row_number() OVER (PARTITION BY set_id, hl_at ORDER BY segment_no) = 1) AS name
  ON name.set_id = hl.set_id AND name.hl_at = hl.segment_no;

-- one row per TRN: 1 is the trace of who wrote the file, 2 the one it was asked with
CREATE OR REPLACE TEMP TABLE x12_278_trace AS
SELECT trn.set_id, trn.file_id, trn.segment_no, hl_at, trn01 AS trace_type, trn02 AS trace, trn03 AS originator, trn04 AS division
FROM seg_trn AS trn JOIN x12_278_place USING (set_id, segment_no);

-- one row per HCR: the decision (A1 certified in total, A2 in part, A3 not certified, A4 pended, A6 modified, C cancelled, CT contact
-- the payer, NA no action needed), the number it is known by and its reasons
CREATE OR REPLACE TEMP TABLE x12_278_decision AS
SELECT hcr.set_id, hcr.file_id, hcr.segment_no, place.hl_at, level.level, level.event_at, level.patient_at, hcr01 AS action,
       hcr02 AS certification_number, x12_codes(hcr03) AS reasons, hcr04 AS is_second_opinion_required
FROM seg_hcr AS hcr JOIN x12_278_place AS place USING (set_id, segment_no)
LEFT JOIN x12_278_level AS level ON level.set_id = place.set_id AND level.segment_no = place.hl_at;

-- one row per UM: what is asked for an event or a service, with its traces, its admission (CL1) and its first decision
CREATE OR REPLACE TEMP TABLE x12_278_review AS
SELECT um.set_id, um.file_id, um.segment_no, place.hl_at, level.level, level.event_at, level.patient_at, trn.own_trace, trn.answered_trace,
       um01 AS category, um02 AS certification_type, um03 AS service_type, x12_parts(um04, um.component_separator)[1] AS facility_type,
       x12_parts(um04, um.component_separator)[2] AS facility_qualifier, x12_parts(um05, um.component_separator) AS related_causes,
       um06 AS level_of_service, um07 AS condition, um08 AS prognosis, um09 AS release_of_information, um10 AS delay_reason,
       cl101 AS admission_type, cl102 AS admission_source, cl103 AS patient_status, decision.action, decision.certification_number,
       decision.reasons
FROM seg_um AS um JOIN x12_278_place AS place USING (set_id, segment_no)
LEFT JOIN x12_278_level AS level ON level.set_id = place.set_id AND level.segment_no = place.hl_at
LEFT JOIN (SELECT set_id, hl_at, arg_min(trace, segment_no) FILTER (trace_type = '1') AS own_trace,
                  arg_min(trace, segment_no) FILTER (trace_type = '2') AS answered_trace
           FROM x12_278_trace GROUP BY ALL) AS trn ON trn.set_id = place.set_id AND trn.hl_at = place.hl_at
LEFT JOIN (SELECT seg_cl1.*, hl_at FROM seg_cl1 JOIN x12_278_place USING (set_id, segment_no)
           QUALIFY row_number() OVER (PARTITION BY set_id, hl_at ORDER BY segment_no) = 1) AS cl1
  ON cl1.set_id = place.set_id AND cl1.hl_at = place.hl_at
LEFT JOIN (SELECT * FROM x12_278_decision QUALIFY row_number() OVER (PARTITION BY set_id, hl_at ORDER BY segment_no) = 1) AS decision
  ON decision.set_id = place.set_id AND decision.hl_at = place.hl_at;

-- one row per AAA: why a request could not be reviewed, at the level it concerns; name_at is set when it is about a person or provider
CREATE OR REPLACE TEMP TABLE x12_278_reject AS
SELECT aaa.set_id, aaa.file_id, aaa.segment_no, place.hl_at, place.name_at, coalesce(level.level, 'none') AS level, aaa01 AS is_request_valid,
       aaa03 AS reason, aaa04 AS follow_up
FROM seg_aaa AS aaa JOIN x12_278_place AS place USING (set_id, segment_no)
LEFT JOIN x12_278_level AS level ON level.set_id = place.set_id AND level.segment_no = place.hl_at;

-- one row per SV1, SV2 (institutional) or SV3 (dental)
CREATE OR REPLACE TEMP TABLE x12_278_service AS
SELECT set_id, file_id, segment_no, hl_at, level.event_at, kind, revenue_code, product[1] AS procedure_qualifier, product[2] AS procedure_code,
       list_filter(product[3:6], lambda part: part IS NOT NULL) AS modifiers, product[7] AS procedure_description, product[8] AS procedure_to,
       cents(amount) AS charge_cents, unit, quantity(units) AS units, list_filter(x12_parts(pointers, component_separator), lambda part: part IS NOT NULL) AS diagnosis_pointers
FROM (
    SELECT place.hl_at, service.*, x12_parts(composite, component_separator) AS product
    FROM (
        SELECT set_id, file_id, segment_no, component_separator, 'SV1' AS kind, NULL AS revenue_code, sv101 AS composite, sv102 AS amount, sv103 AS unit,
               sv104 AS units, sv107 AS pointers FROM seg_sv1
        UNION ALL SELECT set_id, file_id, segment_no, component_separator, 'SV2', sv201, sv202, sv203, sv204, sv205, NULL FROM seg_sv2
        UNION ALL SELECT set_id, file_id, segment_no, component_separator, 'SV3', NULL, sv301, sv302, NULL, sv306, sv311 FROM seg_sv3
    ) AS service JOIN x12_278_place AS place USING (set_id, segment_no)
) AS service
LEFT JOIN (SELECT set_id, segment_no AS hl_at, event_at FROM x12_278_level) AS level USING (set_id, hl_at);

-- one row per diagnosis of an HI, with its day when it is given
CREATE OR REPLACE TEMP TABLE x12_278_diagnosis AS
SELECT set_id, file_id, segment_no, hl_at, place, parts[1] AS qualifier, parts[2] AS code, x12_from_on(parts[4]) AS diagnosed_on
FROM (
    SELECT set_id, file_id, segment_no, hl_at, place, x12_parts(value, component_separator) AS parts
    FROM (SELECT hi.*, hl_at, unnest(range(1, 13)) AS place,
                 unnest([hi01, hi02, hi03, hi04, hi05, hi06, hi07, hi08, hi09, hi10, hi11, hi12]) AS value
          FROM seg_hi AS hi JOIN x12_278_place USING (set_id, segment_no))
    WHERE value IS NOT NULL
);

-- one row per REF: BB is a certification number, NT the number a pended request is known by
CREATE OR REPLACE TEMP TABLE x12_278_reference AS
SELECT ref.set_id, ref.file_id, ref.segment_no, hl_at, name_at, ref01 AS qualifier, ref02 AS reference, ref03 AS description
FROM seg_ref AS ref JOIN x12_278_place USING (set_id, segment_no);

-- one row per DTP (102 issued, 036 expires, 007 effective, 435 admission, 096 discharge, AAH event, 472 service)
CREATE OR REPLACE TEMP TABLE x12_278_date AS
SELECT dtp.set_id, dtp.file_id, dtp.segment_no, hl_at, dtp01 AS qualifier, dtp02 AS format, dtp03 AS value,
       x12_from_on(dtp03) AS from_on, x12_to_on(dtp02, dtp03) AS to_on
FROM seg_dtp AS dtp JOIN x12_278_place USING (set_id, segment_no);

-- one row per HSD: how many visits or days, how often, how long
CREATE OR REPLACE TEMP TABLE x12_278_delivery AS
SELECT hsd.set_id, hsd.file_id, hsd.segment_no, hl_at, hsd01 AS quantity_qualifier, quantity(hsd02) AS quantity, hsd03 AS unit,
       quantity(hsd04) AS per_units, hsd05 AS time_period, quantity(hsd06) AS periods, hsd07 AS pattern, hsd08 AS pattern_time
FROM seg_hsd AS hsd JOIN x12_278_place USING (set_id, segment_no);

-- one row per PWK: papers sent, or asked for
CREATE OR REPLACE TEMP TABLE x12_278_attachment AS
SELECT pwk.set_id, pwk.file_id, pwk.segment_no, hl_at, pwk01 AS report_type, pwk02 AS transmission, pwk05 AS id_qualifier,
       pwk06 AS control_number, pwk07 AS description
FROM seg_pwk AS pwk JOIN x12_278_place USING (set_id, segment_no);

-- one row per MSG
CREATE OR REPLACE TEMP TABLE x12_278_message AS
SELECT msg.set_id, msg.file_id, msg.segment_no, hl_at, msg01 AS text FROM seg_msg AS msg JOIN x12_278_place USING (set_id, segment_no);

-- one row per number of a PER, or one without a number
CREATE OR REPLACE TEMP TABLE x12_278_contact AS
SELECT set_id, file_id, segment_no, hl_at, name_at, pair, per01 AS role, per02 AS name, qualifier, number
FROM (SELECT per.*, hl_at, name_at, unnest([1, 2, 3]) AS pair, unnest([per03, per05, per07]) AS qualifier, unnest([per04, per06, per08]) AS number
      FROM seg_per AS per JOIN x12_278_place USING (set_id, segment_no))
WHERE pair = 1 OR number IS NOT NULL;
