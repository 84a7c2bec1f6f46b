-- 277CA (005010X214): temporary tables x12_277ca_batch, _status, _claim, _line, _total
-- Who a segment speaks of follows from its place: the HL before it, the TRN of that HL, the SVC of that TRN.

-- one row per status category: what it means for a claim; the lowest rank of several decides
CREATE OR REPLACE TEMP TABLE x12_277ca_meaning AS
SELECT unnest(['A3', 'A4', 'A6', 'A7', 'A8', 'A2', 'A5', 'A1', 'A0']) AS category,
       unnest(['rejected', 'rejected', 'rejected', 'rejected', 'rejected', 'accepted', 'split', 'received', 'forwarded']) AS verdict,
       unnest([1, 1, 1, 1, 1, 2, 3, 4, 5]) AS rank;

-- one row per HL: its level
CREATE OR REPLACE TEMP TABLE x12_277ca_level AS
SELECT set_id, segment_no AS hl_at,
       CASE WHEN hl03 = '20' THEN 'payer' WHEN hl03 = '21' THEN 'receiver' WHEN hl03 = '19' THEN 'provider' WHEN hl03 IN ('PT', '22', '23') THEN 'claim'
            ELSE 'other' END AS level
FROM seg_hl;

-- one row per segment: the HL, TRN and SVC it stands under (NULL: none), and the receiver's and the provider's HL above it
CREATE OR REPLACE TEMP TABLE x12_277ca_place AS
SELECT set_id, segment_no, hl_at, coalesce(level.level, 'other') AS level,
       -- an HL has one subject, its TRN; what stands before the first TRN of a claim's HL speaks of that claim too
       coalesce(trn_at, min(trn_at) OVER (PARTITION BY set_id, hl_at), hl_at) AS subject_at,
       CASE WHEN svc_at > coalesce(trn_at, hl_at) THEN svc_at END AS svc_at,
       receiver_at, CASE WHEN provider_at > coalesce(receiver_at, 0) THEN provider_at END AS provider_at,
       max(CASE WHEN level.level = 'receiver' AND trn_at = segment_no THEN segment_no END) OVER (PARTITION BY set_id, receiver_at ORDER BY segment_no) AS batch_at
FROM (
    SELECT set_id, segment_no, hl_at, receiver_at, provider_at, svc_at, CASE WHEN trn_at > hl_at THEN trn_at END AS trn_at
    FROM (
        SELECT segment.set_id, segment.segment_no,
               max(segment.segment_no) FILTER (tag = 'HL') OVER sofar AS hl_at,
               max(segment.segment_no) FILTER (tag = 'TRN') OVER sofar AS trn_at,
               max(segment.segment_no) FILTER (tag = 'SVC') OVER sofar AS svc_at,
               max(segment.segment_no) FILTER (level = 'receiver') OVER sofar AS receiver_at,
               max(segment.segment_no) FILTER (level = 'provider') OVER sofar AS provider_at
        FROM x12_segment AS segment LEFT JOIN x12_277ca_level AS hl ON hl.set_id = segment.set_id AND hl.hl_at = segment.segment_no
        WINDOW sofar AS (PARTITION BY segment.set_id ORDER BY segment.segment_no)
    )
) AS spot LEFT JOIN x12_277ca_level AS level USING (set_id, hl_at);

-- one row per set: its own reference (BHT03), when the batch was received and processed (DTP*050, DTP*009), who wrote it (NM101 of 2100A)
CREATE OR REPLACE TEMP TABLE x12_277ca_batch AS
SELECT sets.set_id, sets.file_id, sets.segments, bht.reference, bht.written_on, dtp.received_on, dtp.processed_on, nm1.source
FROM (SELECT set_id, any_value(file_id) AS file_id, count(*) AS segments FROM x12_segment GROUP BY 1) AS sets
LEFT JOIN (SELECT set_id, arg_min(bht03, segment_no) AS reference, arg_min(day(bht04), segment_no) AS written_on FROM seg_bht GROUP BY 1) AS bht USING (set_id)
LEFT JOIN (SELECT set_id, min(day(dtp03)) FILTER (dtp01 = '050') AS received_on, min(day(dtp03)) FILTER (dtp01 = '009') AS processed_on
           FROM seg_dtp JOIN x12_277ca_place USING (set_id, segment_no) WHERE level = 'payer' GROUP BY 1) AS dtp USING (set_id)
LEFT JOIN (SELECT set_id, arg_min(nm101, segment_no) AS source FROM seg_nm1 JOIN x12_277ca_place USING (set_id, segment_no)
           WHERE level = 'payer' GROUP BY 1) AS nm1 USING (set_id);

-- one row per REF and date that speaks of a claim or of one of its lines (svc_at)
CREATE OR REPLACE TEMP TABLE x12_277ca_detail AS
SELECT set_id, subject_at, svc_at,
       max(value) FILTER (name = '1K') AS payer_claim_number, max(value) FILTER (name = 'D9') AS clearinghouse_number,
       max(value) FILTER (name = 'BLT') AS bill_type, max(value) FILTER (name = 'EJ') AS patient_account,
       max(value) FILTER (name IN ('FJ', '6R')) AS line_id,
       min(day(string_split(value, '-')[1])) FILTER (name = '472') AS dos_from, max(day(string_split(value, '-')[-1])) FILTER (name = '472') AS dos_to
FROM (SELECT set_id, segment_no, ref01 AS name, ref02 AS value FROM seg_ref UNION ALL SELECT set_id, segment_no, dtp01, dtp03 FROM seg_dtp)
JOIN x12_277ca_place USING (set_id, segment_no)
WHERE level = 'claim' GROUP BY ALL;

-- one row per SVC; SVC01 is split at the interchange's component separator, or at the one SVC01 itself shows
CREATE OR REPLACE TEMP TABLE x12_277ca_line AS
SELECT svc.set_id, svc.file_id, svc.segment_no, place.subject_at, row_number() OVER (PARTITION BY svc.set_id, place.subject_at ORDER BY svc.segment_no) AS line_no,
       nullif(trim(string_split(svc01, mark)[2]), '') AS procedure_code, cents(svc02) AS charge_cents, detail.line_id, detail.dos_from, detail.dos_to
FROM (SELECT *, CASE WHEN contains(svc01, component_separator) THEN component_separator
                     ELSE coalesce(nullif(regexp_extract(svc01, '^[A-Za-z0-9]+([^A-Za-z0-9 ])', 1), ''), component_separator) END AS mark
      FROM seg_svc) AS svc
JOIN x12_277ca_place AS place ON place.set_id = svc.set_id AND place.segment_no = svc.segment_no AND place.level = 'claim'
LEFT JOIN x12_277ca_detail AS detail ON detail.set_id = svc.set_id AND detail.svc_at = svc.segment_no;

-- one row per STC and status composite (STC01, STC10, STC11): its level, what it speaks of, and what it means. The category
-- decides, whatever the action code (STC03) says; a category that is none of a 277CA's has the verdict 'unknown'.
CREATE OR REPLACE TEMP TABLE x12_277ca_status AS
SELECT said.set_id, said.file_id, said.segment_no, said.place,
       CASE WHEN spot.level = 'claim' AND spot.svc_at IS NOT NULL THEN 'line' ELSE spot.level END AS level,
       CASE WHEN spot.level = 'claim' THEN coalesce(trn.trn02, detail.patient_account) END AS claim_id,
       -- the batch is named once, at receiver level, and everything below speaks of it
       coalesce(batch.trn02, CASE WHEN spot.level <> 'claim' THEN trn.trn02 END) AS batch_reference,
       said.category, said.status, said.entity, said.action, said.amount_cents, said.said_on, detail.payer_claim_number, line.line_id,
       coalesce(meaning.verdict, 'unknown') AS verdict, coalesce(meaning.rank, 9) AS rank,
       spot.hl_at, spot.subject_at, spot.svc_at, spot.receiver_at, spot.provider_at
FROM (
    SELECT set_id, file_id, segment_no, place, stc03 AS action, cents(stc04) AS amount_cents, day(stc02) AS said_on,
           coalesce(trim(part[1]), '') AS category, nullif(trim(part[2]), '') AS status, nullif(trim(part[3]), '') AS entity
    FROM (
        SELECT *, string_split(composite, CASE WHEN contains(composite, component_separator) THEN component_separator
                                               ELSE coalesce(nullif(regexp_extract(composite, '^[A-Za-z0-9]+([^A-Za-z0-9 ])', 1), ''), component_separator) END) AS part
        FROM (SELECT *, unnest([1, 10, 11]) AS place, unnest([stc01, stc10, stc11]) AS composite FROM seg_stc)
        WHERE composite IS NOT NULL OR (place = 1 AND stc10 IS NULL AND stc11 IS NULL)
    )
) AS said
JOIN x12_277ca_place AS spot USING (set_id, segment_no)
LEFT JOIN x12_277ca_meaning AS meaning ON meaning.category = said.category
LEFT JOIN seg_trn AS trn ON trn.set_id = said.set_id AND trn.segment_no = spot.subject_at
LEFT JOIN seg_trn AS batch ON batch.set_id = said.set_id AND batch.segment_no = spot.batch_at
LEFT JOIN x12_277ca_detail AS detail ON detail.set_id = said.set_id AND detail.subject_at = spot.subject_at AND detail.svc_at IS NULL
LEFT JOIN x12_277ca_line AS line ON line.set_id = said.set_id AND line.segment_no = spot.svc_at;

-- one row per claim answered (a TRN of a patient's HL, or such an HL without one): the worst of its statuses decides
CREATE OR REPLACE TEMP TABLE x12_277ca_claim AS
SELECT spot.set_id, spot.subject_at AS segment_no, any_value(spot.receiver_at) AS receiver_at, any_value(spot.provider_at) AS provider_at,
       any_value(coalesce(trn.trn02, detail.patient_account)) AS claim_id, any_value(detail.payer_claim_number) AS payer_claim_number,
       any_value(detail.clearinghouse_number) AS clearinghouse_number, any_value(detail.bill_type) AS bill_type,
       any_value(detail.dos_from) AS dos_from, any_value(detail.dos_to) AS dos_to,
       coalesce(any_value(said.verdict), 'unknown') AS verdict, any_value(said.category) AS category, nullif(any_value(said.status), '') AS status,
       any_value(said.amount_cents) AS amount_cents, coalesce(any_value(said.statuses), 0) AS statuses
FROM (SELECT DISTINCT set_id, subject_at, receiver_at, provider_at FROM x12_277ca_place WHERE level = 'claim') AS spot
LEFT JOIN seg_trn AS trn ON trn.set_id = spot.set_id AND trn.segment_no = spot.subject_at
LEFT JOIN x12_277ca_detail AS detail ON detail.set_id = spot.set_id AND detail.subject_at = spot.subject_at AND detail.svc_at IS NULL
LEFT JOIN (
    SELECT set_id, subject_at, arg_min(verdict, (rank, segment_no, place)) AS verdict, arg_min(category, (rank, segment_no, place)) AS category,
           arg_min(coalesce(status, ''), (rank, segment_no, place)) AS status, count(*) AS statuses,
           arg_min(amount_cents, segment_no) FILTER (level = 'claim' AND amount_cents IS NOT NULL) AS amount_cents
    FROM x12_277ca_status WHERE level IN ('claim', 'line') GROUP BY ALL
) AS said ON said.set_id = spot.set_id AND said.subject_at = spot.subject_at
GROUP BY spot.set_id, spot.subject_at;

-- one row per receiver and provider level: the totals it states (QTY*90 QA accepted, AA QC rejected; AMT*YU, YY their charges), the
-- claims listed below it, and how many it counts without listing them. A level whose own status is a rejection covers all below.
CREATE OR REPLACE TEMP TABLE x12_277ca_total AS
WITH stated AS (
    SELECT set_id, hl_at, min(segment_no) AS segment_no,
           arg_min(claims, segment_no) FILTER (name IN ('90', 'QA')) AS accepted, arg_min(claims, segment_no) FILTER (name IN ('AA', 'QC')) AS rejected,
           arg_min(amount, segment_no) FILTER (name = 'YU') AS accepted_cents, arg_min(amount, segment_no) FILTER (name = 'YY') AS rejected_cents
    FROM (SELECT set_id, segment_no, qty01 AS name, CAST(quantity(qty02) AS BIGINT) AS claims, NULL AS amount FROM seg_qty
          UNION ALL SELECT set_id, segment_no, amt01, NULL, cents(amt02) FROM seg_amt)
    JOIN x12_277ca_place USING (set_id, segment_no)
    WHERE level IN ('receiver', 'provider') AND name IN ('90', 'QA', 'AA', 'QC', 'YU', 'YY') GROUP BY ALL
), listed AS (
    SELECT set_id, hl_at, count(*) AS claims, count(*) FILTER (verdict = 'unknown') AS unknown, count(*) FILTER (amount_cents IS NULL) AS without_amount,
           count(*) FILTER (verdict = 'rejected') AS rejected, count(*) FILTER (verdict NOT IN ('rejected', 'unknown')) AS accepted,
           CAST(coalesce(sum(amount_cents), 0) AS BIGINT) AS cents,
           CAST(coalesce(sum(amount_cents) FILTER (verdict = 'rejected'), 0) AS BIGINT) AS rejected_cents,
           CAST(coalesce(sum(amount_cents) FILTER (verdict NOT IN ('rejected', 'unknown')), 0) AS BIGINT) AS accepted_cents
    FROM (SELECT *, unnest(list_distinct([receiver_at, provider_at])) AS hl_at FROM x12_277ca_claim) GROUP BY ALL
)
SELECT level.set_id, level.hl_at, level.level, coalesce(stated.segment_no, level.hl_at) AS segment_no,
       stated.accepted AS stated_accepted, stated.rejected AS stated_rejected, stated.accepted_cents AS stated_accepted_cents,
       stated.rejected_cents AS stated_rejected_cents, coalesce(listed.claims, 0) AS listed, coalesce(listed.accepted, 0) AS listed_accepted,
       coalesce(listed.rejected, 0) AS listed_rejected, coalesce(listed.accepted_cents, 0) AS listed_accepted_cents,
       coalesce(listed.rejected_cents, 0) AS listed_rejected_cents, coalesce(whole.is_rejected, false) AS is_rejected,
       -- a claim counted as accepted and listed as rejected is listed; one counted as rejected must be listed as that
       greatest(least(coalesce(stated.accepted, 0) - coalesce(listed.accepted, 0) - coalesce(listed.unknown, 0),
                      coalesce(stated.accepted, 0) + coalesce(stated.rejected, 0) - coalesce(listed.claims, 0)), 0) AS unlisted_accepted,
       greatest(coalesce(stated.rejected, 0) - coalesce(listed.rejected, 0) - coalesce(listed.unknown, 0), 0) AS unlisted_rejected,
       -- what a level leaves out (no QTY, no AMT of one kind) says zero only where it states the other; a claim with an unknown category
       -- may be counted on either side, and amounts are held against each other only when every claim has one
       (stated.accepted IS NULL AND stated.rejected IS NULL)
           OR (coalesce(stated.accepted, 0) >= coalesce(listed.accepted, 0) AND coalesce(stated.rejected, 0) >= coalesce(listed.rejected, 0)
               AND coalesce(stated.accepted, 0) + coalesce(stated.rejected, 0) = coalesce(listed.claims, 0)) AS counts_tie,
       (stated.accepted_cents IS NULL AND stated.rejected_cents IS NULL) OR coalesce(listed.without_amount, 0) > 0
           OR (coalesce(stated.accepted_cents, 0) >= coalesce(listed.accepted_cents, 0) AND coalesce(stated.rejected_cents, 0) >= coalesce(listed.rejected_cents, 0)
               AND coalesce(stated.accepted_cents, 0) + coalesce(stated.rejected_cents, 0) = coalesce(listed.cents, 0)) AS amounts_tie
FROM x12_277ca_level AS level
LEFT JOIN stated USING (set_id, hl_at)
LEFT JOIN listed USING (set_id, hl_at)
LEFT JOIN (SELECT set_id, hl_at, bool_or(verdict = 'rejected') AS is_rejected FROM x12_277ca_status
           WHERE level IN ('receiver', 'provider') GROUP BY ALL) AS whole USING (set_id, hl_at)
WHERE level.level IN ('receiver', 'provider');
