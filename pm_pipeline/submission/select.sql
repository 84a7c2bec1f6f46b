-- one row per claim that waits to be sent: to which payer and how; fill.sql adds what its 837P says
CREATE OR REPLACE TEMP TABLE submission_chosen AS
WITH ready AS (
    SELECT claim.*, state.seq
    FROM scrub.claim_state AS state JOIN scrub.claim AS claim USING (claim_id)
    WHERE state.state = 'released' AND claim.payer_id IS NOT NULL
), sent AS (
    SELECT claim_id, max(version) AS version, coalesce(max(version) FILTER (frequency = '8'), 0) AS last_void
    FROM submission.batch_claim SEMI JOIN ready USING (claim_id)
    GROUP BY claim_id
), answered AS (
    -- what payers answered: 7 and 8 are for claims a payer has adjudicated and not given back after a void
    SELECT claim_id, arg_max(kind, seq) AS last_kind, arg_max(version, seq) AS last_version,
           -- a suspended answer's detail is the exception, not the payer's number
           arg_max(detail, seq) FILTER (kind <> 'suspended' AND detail IS NOT NULL) AS payer_claim_number,
           max(seq) AS last_seq
    FROM scrub.claim_event SEMI JOIN ready USING (claim_id)
    WHERE kind IN (SELECT unnest($adjudicated))
    GROUP BY claim_id
), as_new AS (
    -- a person said of a denial that this payer wants a new claim, not a replacement (receivables/effects.py)
    SELECT claim_id, max(seq) AS as_new_seq FROM scrub.claim_event SEMI JOIN ready USING (claim_id)
    WHERE kind = 'reopen' AND detail = 'denial, as a new claim'
    GROUP BY claim_id
), dated AS (
    SELECT *, answered.claim_id IS NOT NULL
              AND NOT coalesce(last_kind = 'reversed' AND last_version = last_void, false)
              AND NOT coalesce(as_new_seq > last_seq, false) AS is_with_payer
    FROM ready LEFT JOIN sent USING (claim_id) LEFT JOIN answered USING (claim_id) LEFT JOIN as_new USING (claim_id)
)
SELECT claim_id, seq, coalesce(version, 0) + 1 AS version,
       CASE WHEN NOT is_with_payer THEN '1' WHEN lines = 0 THEN '8' ELSE '7' END AS frequency,
       CASE WHEN is_with_payer THEN payer_claim_number END AS payer_claim_number,
       payer_id, payer_turn, coverage_id, authorization_number
FROM dated;
