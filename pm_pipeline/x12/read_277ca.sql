-- 277CA (005010X214): temporary tables x12_277ca_status, x12_277ca_total

-- one row per HL: its level and what identifies it
CREATE OR REPLACE TEMP TABLE x12_277ca_level AS
SELECT hl.set_id, hl.segment_no AS hl_at, hl01, hl02,
       CASE hl03 WHEN '20' THEN 'payer' WHEN '21' THEN 'receiver' WHEN '19' THEN 'provider' WHEN 'PT' THEN 'claim' ELSE 'other' END AS level,
       lead(hl.segment_no, 1, 9223372036854775807) OVER (PARTITION BY hl.set_id ORDER BY hl.segment_no) AS next_at
FROM seg_hl AS hl;

-- one row per TRN: the claim it speaks of begins there and ends at the next TRN or HL
CREATE OR REPLACE TEMP TABLE x12_277ca_subject AS
SELECT level.set_id, level.hl_at, level.level, trn.segment_no AS trn_at, trn02,
       least(level.next_at, lead(trn.segment_no, 1, 9223372036854775807) OVER (PARTITION BY level.set_id ORDER BY trn.segment_no)) AS next_at
FROM x12_277ca_level AS level
JOIN seg_trn AS trn ON trn.set_id = level.set_id AND trn.segment_no > level.hl_at AND trn.segment_no < level.next_at;

-- one row per STC and status composite (STC01, STC10, STC11) with its level, claim and payer claim number
CREATE OR REPLACE TEMP TABLE x12_277ca_status AS
SELECT stc.set_id, stc.file_id, stc.segment_no, place,
       CASE WHEN svc.segment_no > subject.trn_at THEN 'line' ELSE level.level END AS level,
       CASE WHEN level.level = 'claim' THEN subject.trn02 END AS claim_id,
       -- the batch is named once, at receiver level, and everything below speaks of it
       coalesce(batch.trn02, CASE WHEN level.level <> 'claim' THEN subject.trn02 END) AS batch_reference,
       coalesce(trim(string_split(stc.status_composite, stc.component_separator)[1]), '') AS category,
       nullif(trim(string_split(stc.status_composite, stc.component_separator)[2]), '') AS status,
       nullif(trim(string_split(stc.status_composite, stc.component_separator)[3]), '') AS entity,
       stc03 AS action, cents(stc04) AS amount_cents, payer.payer_claim_number
FROM (SELECT *, unnest([1, 10, 11]) AS place, unnest([stc01, stc10, stc11]) AS status_composite FROM seg_stc) AS stc
ASOF LEFT JOIN x12_277ca_level AS level ON level.set_id = stc.set_id AND stc.segment_no >= level.hl_at
ASOF LEFT JOIN x12_277ca_subject AS subject ON subject.set_id = stc.set_id AND stc.segment_no >= subject.trn_at
ASOF LEFT JOIN (SELECT set_id, trn_at, trn02 FROM x12_277ca_subject WHERE level = 'receiver') AS batch
  ON batch.set_id = stc.set_id AND stc.segment_no >= batch.trn_at
LEFT JOIN (SELECT ref.set_id, subject.trn_at, any_value(ref02) AS payer_claim_number
           FROM seg_ref AS ref JOIN x12_277ca_subject AS subject
             ON subject.set_id = ref.set_id AND ref.segment_no > subject.trn_at AND ref.segment_no < subject.next_at
           WHERE ref01 = '1K' GROUP BY ALL) AS payer ON payer.set_id = stc.set_id AND payer.trn_at = subject.trn_at
ASOF LEFT JOIN seg_svc AS svc ON svc.set_id = stc.set_id AND stc.segment_no >= svc.segment_no
WHERE stc.status_composite IS NOT NULL AND (subject.trn_at IS NULL OR subject.trn_at >= level.hl_at OR level.level <> 'claim');

-- one row per total the file states (QTY accepted and rejected claims, AMT their charges) at receiver and provider level
CREATE OR REPLACE TEMP TABLE x12_277ca_total AS
SELECT qty.set_id, level.level, qty01 AS qualifier, try_cast(qty02 AS BIGINT) AS claims
FROM seg_qty AS qty ASOF JOIN x12_277ca_level AS level ON level.set_id = qty.set_id AND qty.segment_no >= level.hl_at;
