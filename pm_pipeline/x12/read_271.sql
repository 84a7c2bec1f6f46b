-- 271 and 270 (005010X279A1; 004010X092): temporary tables x12_271_header, _level, _name, _trace, _reject, _benefit, _inquiry,
-- _benefit_entity, _reference, _date, _delivery, _message, _place_of_service, _diagnosis, _contact. Every row has set_id, file_id, segment_no.
-- hl_at, eb_at and name_at say under which HL, EB (EQ in a 270) and NM1 a segment stands; NULL: none. LS and LE may be missing.

-- one row per segment, with the HL, the EB or EQ and the NM1 it stands under (NULL: none)
CREATE OR REPLACE TEMP TABLE x12_271_place AS
SELECT set_id, segment_no, nullif(hl_at, 0) AS hl_at, CASE WHEN eb_at > hl_at THEN eb_at END AS eb_at,
       CASE WHEN nm1_at > greatest(hl_at, eb_at, le_at) THEN nm1_at END AS name_at
FROM (
    SELECT set_id, segment_no,
           coalesce(max(segment_no) FILTER (tag = 'HL') OVER sofar, 0) AS hl_at,
           coalesce(max(segment_no) FILTER (tag IN ('EB', 'EQ')) OVER sofar, 0) AS eb_at,
           coalesce(max(segment_no) FILTER (tag = 'NM1') OVER sofar, 0) AS nm1_at,
           coalesce(max(segment_no) FILTER (tag IN ('LS', 'LE')) OVER sofar, 0) AS le_at
    FROM x12_segment
    WINDOW sofar AS (PARTITION BY set_id ORDER BY segment_no)
);

-- one row per set: BHT, with how many segments the set has and how many stand under no HL though they should
CREATE OR REPLACE TEMP TABLE x12_271_header AS FROM x12_header();

-- one row per NM1, with the EB it stands under
CREATE OR REPLACE TEMP TABLE x12_271_any_name AS
SELECT name.*, place.eb_at FROM x12_names('x12_271_place') AS name JOIN x12_271_place AS place USING (set_id, segment_no);

-- one row per NM1 outside an EB: the source, receiver, subscriber or dependent
CREATE OR REPLACE TEMP TABLE x12_271_name AS SELECT * EXCLUDE (eb_at) FROM x12_271_any_name WHERE eb_at IS NULL;

-- one row per NM1 under an EB (loop 2120)
CREATE OR REPLACE TEMP TABLE x12_271_benefit_entity AS SELECT * FROM x12_271_any_name WHERE eb_at IS NOT NULL;

-- one row per HL: its level, the levels above it, who it is (first NM1) and the trace number it answers (TRN*2) or bears (TRN*1)
CREATE OR REPLACE TEMP TABLE x12_271_level AS
SELECT hl.* EXCLUDE (subscriber_at), CASE WHEN hl.level IN ('subscriber', 'dependent') THEN hl.subscriber_at END AS subscriber_at,
       name.entity, name.entity_type, name.last_name, name.first_name, name.middle_name, name.suffix, name.id_qualifier, name.identifier,
       name.birth_on, name.sex, name.is_subscriber, name.relationship, trn.answered_trace, trn.own_trace
FROM (
    SELECT set_id, file_id, segment_no, hl01, hl02, hl03, hl04,
           CASE hl03 WHEN '20' THEN 'source' WHEN '21' THEN 'receiver' WHEN '22' THEN 'subscriber' WHEN '23' THEN 'dependent' ELSE 'other' END AS level,
           max(segment_no) FILTER (hl03 = '20') OVER sofar AS source_at, max(segment_no) FILTER (hl03 = '21') OVER sofar AS receiver_at,
           max(segment_no) FILTER (hl03 = '22') OVER sofar AS subscriber_at
    FROM seg_hl
    WINDOW sofar AS (PARTITION BY set_id ORDER BY segment_no)
) AS hl
LEFT JOIN (SELECT * FROM x12_271_name QUALIFY row_number() OVER (PARTITION BY set_id, hl_at ORDER BY segment_no) = 1) AS name
  ON name.set_id = hl.set_id AND name.hl_at = hl.segment_no
LEFT JOIN (SELECT set_id, hl_at, arg_min(trn02, segment_no) FILTER (trn01 = '2') AS answered_trace,
                  arg_min(trn02, segment_no) FILTER (trn01 = '1') AS own_trace
           FROM seg_trn JOIN x12_271_place USING (set_id, segment_no) GROUP BY ALL) AS trn
  ON trn.set_id = hl.set_id AND trn.hl_at = hl.segment_no;

-- one row per TRN: 1 is the trace of who wrote the file, 2 the one it was asked with
CREATE OR REPLACE TEMP TABLE x12_271_trace AS
SELECT trn.set_id, trn.file_id, trn.segment_no, hl_at, trn01 AS trace_type, trn02 AS trace, trn03 AS originator, trn04 AS division
FROM seg_trn AS trn JOIN x12_271_place USING (set_id, segment_no);

-- one row per AAA: why an inquiry could not be answered, at the level and loop it concerns
CREATE OR REPLACE TEMP TABLE x12_271_reject AS
SELECT aaa.set_id, aaa.file_id, aaa.segment_no, place.hl_at, place.eb_at, coalesce(level.level, 'none') AS level,
       CASE WHEN place.eb_at IS NOT NULL THEN 'benefit' WHEN place.name_at IS NOT NULL THEN 'name' ELSE 'level' END AS part,
       aaa01 AS is_request_valid, aaa03 AS reason, aaa04 AS follow_up
FROM seg_aaa AS aaa JOIN x12_271_place AS place USING (set_id, segment_no)
LEFT JOIN x12_271_level AS level ON level.set_id = place.set_id AND level.segment_no = place.hl_at;

-- one row per EB; percent is a fraction (0.2 is 20 percent), amount and percent keep the text beside the number
CREATE OR REPLACE TEMP TABLE x12_271_benefit AS
SELECT set_id, file_id, segment_no, hl_at, row_number() OVER (PARTITION BY set_id, hl_at ORDER BY segment_no) AS eb_no, eb01 AS benefit,
       eb02 AS coverage_level, x12_codes(eb03) AS service_types, eb04 AS insurance_type, eb05 AS plan, eb06 AS time_period, eb07 AS amount,
       cents(eb07) AS amount_cents, eb08 AS percent_text, quantity(eb08) AS percent, eb09 AS quantity_qualifier, eb10 AS quantity_text,
       quantity(eb10) AS quantity, eb11 AS is_authorization_required, eb12 AS is_in_network, product[1] AS procedure_qualifier,
       product[2] AS procedure_code, list_filter(product[3:6], lambda part: part IS NOT NULL) AS modifiers, product[7] AS procedure_description,
       product[8] AS procedure_to, list_filter(x12_parts(eb14, component_separator), lambda part: part IS NOT NULL) AS diagnosis_pointers
FROM (SELECT eb.*, hl_at, x12_parts(eb13, component_separator) AS product FROM seg_eb AS eb JOIN x12_271_place USING (set_id, segment_no));

-- one row per EQ of a 270
CREATE OR REPLACE TEMP TABLE x12_271_inquiry AS
SELECT set_id, file_id, segment_no, hl_at, x12_codes(eq01) AS service_types, product[1] AS procedure_qualifier, product[2] AS procedure_code,
       list_filter(product[3:6], lambda part: part IS NOT NULL) AS modifiers, eq03 AS coverage_level, eq04 AS insurance_type
FROM (SELECT eq.*, hl_at, x12_parts(eq02, component_separator) AS product FROM seg_eq AS eq JOIN x12_271_place USING (set_id, segment_no));

-- one row per REF
CREATE OR REPLACE TEMP TABLE x12_271_reference AS
SELECT ref.set_id, ref.file_id, ref.segment_no, hl_at, eb_at, name_at, ref01 AS qualifier, ref02 AS reference, ref03 AS description
FROM seg_ref AS ref JOIN x12_271_place USING (set_id, segment_no);

-- one row per DTP; a single day is its own first and last
CREATE OR REPLACE TEMP TABLE x12_271_date AS
SELECT dtp.set_id, dtp.file_id, dtp.segment_no, hl_at, eb_at, dtp01 AS qualifier, dtp02 AS format, dtp03 AS value,
       x12_from_on(dtp03) AS from_on, x12_to_on(dtp02, dtp03) AS to_on
FROM seg_dtp AS dtp JOIN x12_271_place USING (set_id, segment_no);

-- one row per HSD: how often and how long a benefit is given
CREATE OR REPLACE TEMP TABLE x12_271_delivery AS
SELECT hsd.set_id, hsd.file_id, hsd.segment_no, hl_at, eb_at, hsd01 AS quantity_qualifier, quantity(hsd02) AS quantity, hsd03 AS unit,
       quantity(hsd04) AS per_units, hsd05 AS time_period, quantity(hsd06) AS periods, hsd07 AS pattern, hsd08 AS pattern_time
FROM seg_hsd AS hsd JOIN x12_271_place USING (set_id, segment_no);

-- one row per MSG
CREATE OR REPLACE TEMP TABLE x12_271_message AS
SELECT msg.set_id, msg.file_id, msg.segment_no, hl_at, eb_at, msg01 AS text FROM seg_msg AS msg JOIN x12_271_place USING (set_id, segment_no);

-- one row per III: the place of service (qualifier ZZ) or diagnosis a benefit is limited to
CREATE OR REPLACE TEMP TABLE x12_271_place_of_service AS
SELECT iii.set_id, iii.file_id, iii.segment_no, hl_at, eb_at, iii01 AS qualifier, iii02 AS code, iii03 AS category, iii04 AS text
FROM seg_iii AS iii JOIN x12_271_place USING (set_id, segment_no);

-- one row per diagnosis of an HI
CREATE OR REPLACE TEMP TABLE x12_271_diagnosis AS
SELECT set_id, file_id, segment_no, hl_at, place, parts[1] AS qualifier, parts[2] AS code
FROM (
    SELECT set_id, file_id, segment_no, hl_at, place, x12_parts(value, component_separator) AS parts
    FROM (SELECT hi.*, hl_at, unnest(range(1, 13)) AS place,
                 unnest([hi01, hi02, hi03, hi04, hi05, hi06, hi07, hi08, hi09, hi10, hi11, hi12]) AS value
          FROM seg_hi AS hi JOIN x12_271_place USING (set_id, segment_no))
    WHERE value IS NOT NULL
);

-- one row per number of a PER (telephone, e-mail, address on the web), or one without a number
CREATE OR REPLACE TEMP TABLE x12_271_contact AS
SELECT set_id, file_id, segment_no, hl_at, eb_at, name_at, pair, per01 AS role, per02 AS name, qualifier, number
FROM (SELECT per.*, hl_at, eb_at, name_at, unnest([1, 2, 3]) AS pair, unnest([per03, per05, per07]) AS qualifier, unnest([per04, per06, per08]) AS number
      FROM seg_per AS per JOIN x12_271_place USING (set_id, segment_no))
WHERE pair = 1 OR number IS NOT NULL;
