-- 277 and 276 (005010X212; 004010X093; a 277 005010X213 too): temporary tables x12_277_header, _level, _claim, _status, _line, _reference,
-- _date, _contact. Every row has set_id, file_id, segment_no. hl_at, trn_at and svc_at say under which HL, TRN and SVC a segment stands.
-- Not for the 277CA (005010X214), which numbers its levels otherwise: guides.guide_of tells them apart.

-- one row per segment, with the HL, TRN and SVC it stands under (NULL: none)
CREATE OR REPLACE TEMP TABLE x12_277_place AS
SELECT set_id, segment_no, nullif(hl_at, 0) AS hl_at, CASE WHEN trn_at > hl_at THEN trn_at END AS trn_at,
       CASE WHEN svc_at > greatest(hl_at, trn_at) THEN svc_at END AS svc_at
FROM (
    SELECT set_id, segment_no,
           coalesce(max(segment_no) FILTER (tag = 'HL') OVER sofar, 0) AS hl_at,
           coalesce(max(segment_no) FILTER (tag = 'TRN') OVER sofar, 0) AS trn_at,
           coalesce(max(segment_no) FILTER (tag = 'SVC') OVER sofar, 0) AS svc_at
    FROM x12_segment
    WINDOW sofar AS (PARTITION BY set_id ORDER BY segment_no)
);

-- one row per set: BHT, with how many segments the set has and how many stand under no HL though they should
CREATE OR REPLACE TEMP TABLE x12_277_header AS FROM x12_header();

-- one row per HL: its level, the levels above it and who it is (its first NM1; a provider's second NM1 is another number of the same one)
CREATE OR REPLACE TEMP TABLE x12_277_level AS
SELECT hl.* EXCLUDE (provider_at, subscriber_at),
       CASE WHEN hl.level IN ('provider', 'subscriber', 'dependent', 'patient') THEN hl.provider_at END AS provider_at,
       CASE WHEN hl.level IN ('subscriber', 'dependent') THEN hl.subscriber_at END AS subscriber_at,
       nm101 AS entity, nm102 AS entity_type, nm103 AS last_name, nm104 AS first_name, nm105 AS middle_name, nm107 AS suffix,
       nm108 AS id_qualifier, nm109 AS identifier, x12_from_on(dmg02) AS birth_on, dmg03 AS sex
FROM (
    SELECT set_id, file_id, segment_no, hl01, hl02, hl03, hl04,
           CASE hl03 WHEN '20' THEN 'payer' WHEN '21' THEN 'receiver' WHEN '19' THEN 'provider' WHEN '22' THEN 'subscriber'
                     WHEN '23' THEN 'dependent' WHEN 'PT' THEN 'patient' ELSE 'other' END AS level,
           max(segment_no) FILTER (hl03 = '20') OVER sofar AS payer_at, max(segment_no) FILTER (hl03 = '21') OVER sofar AS receiver_at,
           max(segment_no) FILTER (hl03 = '19') OVER sofar AS provider_at, max(segment_no) FILTER (hl03 = '22') OVER sofar AS subscriber_at
    FROM seg_hl
    WINDOW sofar AS (PARTITION BY set_id ORDER BY segment_no)
) AS hl
LEFT JOIN (SELECT seg_nm1.*, hl_at FROM seg_nm1 JOIN x12_277_place USING (set_id, segment_no)
           QUALIFY row_number() OVER (PARTITION BY set_id, hl_at ORDER BY segment_no) = 1) AS nm1
  ON nm1.set_id = hl.set_id AND nm1.hl_at = hl.segment_no
LEFT JOIN (SELECT seg_dmg.*, hl_at FROM seg_dmg JOIN x12_277_place USING (set_id, segment_no)
           QUALIFY row_number() OVER (PARTITION BY set_id, hl_at ORDER BY segment_no) = 1) AS dmg
  ON dmg.set_id = hl.set_id AND dmg.hl_at = hl.segment_no;

-- one row per REF
CREATE OR REPLACE TEMP TABLE x12_277_reference AS
SELECT ref.set_id, ref.file_id, ref.segment_no, hl_at, trn_at, svc_at, ref01 AS qualifier, ref02 AS reference, ref03 AS description
FROM seg_ref AS ref JOIN x12_277_place USING (set_id, segment_no);

-- one row per DTP; a single day is its own first and last
CREATE OR REPLACE TEMP TABLE x12_277_date AS
SELECT dtp.set_id, dtp.file_id, dtp.segment_no, hl_at, trn_at, svc_at, dtp01 AS qualifier, dtp02 AS format, dtp03 AS value,
       x12_from_on(dtp03) AS from_on, x12_to_on(dtp02, dtp03) AS to_on
FROM seg_dtp AS dtp JOIN x12_277_place USING (set_id, segment_no);

-- one row per STC and status composite (STC01, STC10, STC11), an STC without any having one row; the category decides, never STC03
CREATE OR REPLACE TEMP TABLE x12_277_status AS
SELECT stc.set_id, stc.file_id, stc.segment_no, stc.place, place.hl_at, place.trn_at, place.svc_at,
       CASE WHEN place.svc_at IS NOT NULL THEN 'line' WHEN place.trn_at IS NOT NULL AND level.level IN ('subscriber', 'dependent', 'patient') THEN 'claim'
            ELSE coalesce(level.level, 'none') END AS level,
       stc.parts[1] AS category, stc.parts[2] AS status, stc.parts[3] AS entity, stc.parts[4] AS code_list, day(stc02) AS effective_on,
       stc03 AS action, cents(stc04) AS charge_cents, cents(stc05) AS paid_cents, day(stc06) AS adjudicated_on, stc07 AS payment_method,
       day(stc08) AS remitted_on, stc09 AS remittance_trace, stc12 AS text
FROM (SELECT *, x12_parts(status_composite, component_separator) AS parts
      FROM (SELECT *, unnest([1, 10, 11]) AS place, unnest([stc01, stc10, stc11]) AS status_composite FROM seg_stc)) AS stc
JOIN x12_277_place AS place ON place.set_id = stc.set_id AND place.segment_no = stc.segment_no
LEFT JOIN x12_277_level AS level ON level.set_id = place.set_id AND level.segment_no = place.hl_at
WHERE stc.status_composite IS NOT NULL OR (stc.place = 1 AND stc10 IS NULL AND stc11 IS NULL);

-- one row per TRN at subscriber or dependent level: the claim it speaks of. Amounts and days are those of the claim's first STC that
-- states them; asked_cents is the charge a 276 asks for (AMT*T3).
CREATE OR REPLACE TEMP TABLE x12_277_claim AS
SELECT trn.set_id, trn.file_id, trn.segment_no, place.hl_at, level.level, level.payer_at, level.receiver_at, level.provider_at,
       level.subscriber_at, trn01 AS trace_type, trn02 AS trace, ref.payer_claim_number, ref.bill_type, ref.patient_control_number,
       ref.pharmacy_number, ref.voucher, ref.clearinghouse_number, ref.group_number, ref.location_number, dtp.dos_from, dtp.dos_to,
       amt.asked_cents, stc.charge_cents, stc.paid_cents, stc.effective_on, stc.adjudicated_on, stc.remitted_on, stc.remittance_trace
FROM seg_trn AS trn JOIN x12_277_place AS place USING (set_id, segment_no)
JOIN x12_277_level AS level ON level.set_id = place.set_id AND level.segment_no = place.hl_at AND level.level IN ('subscriber', 'dependent', 'patient')
LEFT JOIN (SELECT set_id, trn_at, arg_min(reference, segment_no) FILTER (qualifier = '1K') AS payer_claim_number,
                  arg_min(reference, segment_no) FILTER (qualifier = 'BLT') AS bill_type,
                  arg_min(reference, segment_no) FILTER (qualifier = 'EJ') AS patient_control_number,
                  arg_min(reference, segment_no) FILTER (qualifier = 'XZ') AS pharmacy_number,
                  arg_min(reference, segment_no) FILTER (qualifier = 'VV') AS voucher,
                  arg_min(reference, segment_no) FILTER (qualifier = 'D9') AS clearinghouse_number,
                  arg_min(reference, segment_no) FILTER (qualifier = '6P') AS group_number,
                  arg_min(reference, segment_no) FILTER (qualifier = 'LU') AS location_number
           FROM x12_277_reference WHERE svc_at IS NULL AND trn_at IS NOT NULL GROUP BY ALL) AS ref
  ON ref.set_id = trn.set_id AND ref.trn_at = trn.segment_no
LEFT JOIN (SELECT set_id, trn_at, arg_min(from_on, segment_no) AS dos_from, arg_min(to_on, segment_no) AS dos_to
           FROM x12_277_date WHERE svc_at IS NULL AND trn_at IS NOT NULL AND qualifier IN ('472', '232') GROUP BY ALL) AS dtp
  ON dtp.set_id = trn.set_id AND dtp.trn_at = trn.segment_no
LEFT JOIN (SELECT set_id, trn_at, arg_min(cents(amt02), segment_no) AS asked_cents
           FROM seg_amt JOIN x12_277_place USING (set_id, segment_no) WHERE amt01 = 'T3' AND svc_at IS NULL AND trn_at IS NOT NULL GROUP BY ALL) AS amt
  ON amt.set_id = trn.set_id AND amt.trn_at = trn.segment_no
LEFT JOIN (SELECT set_id, trn_at, arg_min(charge_cents, segment_no) AS charge_cents, arg_min(paid_cents, segment_no) AS paid_cents,
                  arg_min(effective_on, segment_no) AS effective_on, arg_min(adjudicated_on, segment_no) AS adjudicated_on,
                  arg_min(remitted_on, segment_no) AS remitted_on, arg_min(remittance_trace, segment_no) AS remittance_trace
           FROM x12_277_status WHERE svc_at IS NULL AND trn_at IS NOT NULL GROUP BY ALL) AS stc
  ON stc.set_id = trn.set_id AND stc.trn_at = trn.segment_no;

-- one row per SVC; SVC07 is the original units
CREATE OR REPLACE TEMP TABLE x12_277_line AS
SELECT svc.set_id, svc.file_id, svc.segment_no, svc.hl_at, svc.trn_at,
       row_number() OVER (PARTITION BY svc.set_id, svc.trn_at ORDER BY svc.segment_no) AS svc_no, product[1] AS procedure_qualifier,
       product[2] AS procedure_code, list_filter(product[3:6], lambda part: part IS NOT NULL) AS modifiers, cents(svc02) AS charge_cents,
       cents(svc03) AS paid_cents, svc04 AS revenue_code, quantity(svc07) AS units, ref.line_id, dtp.dos_from, dtp.dos_to
FROM (SELECT seg_svc.*, hl_at, trn_at, x12_parts(svc01, component_separator) AS product FROM seg_svc JOIN x12_277_place USING (set_id, segment_no)) AS svc
LEFT JOIN (SELECT set_id, svc_at, arg_min(reference, segment_no) AS line_id FROM x12_277_reference WHERE qualifier = 'FJ' GROUP BY ALL) AS ref
  ON ref.set_id = svc.set_id AND ref.svc_at = svc.segment_no
LEFT JOIN (SELECT set_id, svc_at, arg_min(from_on, segment_no) AS dos_from, arg_min(to_on, segment_no) AS dos_to
           FROM x12_277_date WHERE qualifier = '472' GROUP BY ALL) AS dtp
  ON dtp.set_id = svc.set_id AND dtp.svc_at = svc.segment_no;

-- one row per number of a PER, or one without a number
CREATE OR REPLACE TEMP TABLE x12_277_contact AS
SELECT set_id, file_id, segment_no, hl_at, pair, per01 AS role, per02 AS name, qualifier, number
FROM (SELECT per.*, hl_at, unnest([1, 2, 3]) AS pair, unnest([per03, per05, per07]) AS qualifier, unnest([per04, per06, per08]) AS number
      FROM seg_per AS per JOIN x12_277_place USING (set_id, segment_no))
WHERE pair = 1 OR number IS NOT NULL;
