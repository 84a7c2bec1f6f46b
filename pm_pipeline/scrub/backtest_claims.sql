-- every claim of history as it stood when it was first sent (or, never sent, when it was first built): scrub_judged and the
-- tables from which drafts and claims are put together

-- one row per claim to try
CREATE OR REPLACE TEMP TABLE scrub_judged AS
SELECT claim.claim_id, claim.content_hash, claim.payer_turn, claim.payer_id, 'held' AS state, first.seq, NULL AS last_kind, NULL AS last_detail, first.judged_on
FROM scrub.claim AS claim
JOIN (SELECT claim_id, min(seq) AS seq, coalesce(min(happened_on) FILTER (kind = 'prepared'), min(happened_on)) AS judged_on
      FROM scrub.claim_event GROUP BY claim_id) AS first USING (claim_id)
WHERE claim.dos_from BETWEEN $first AND $last;

-- one row per claim: none of them had been sent when it was judged; the others of that time had been from their day on
CREATE OR REPLACE TEMP TABLE scrub_standing AS
SELECT claim_id, 0 AS submissions, false AS was_adjudicated, min(happened_on) FILTER (kind = 'prepared') AS sent_on
FROM scrub.claim_event GROUP BY claim_id;

-- one row per charge known by then, with what was in force
CREATE OR REPLACE TEMP TABLE scrub_charge AS
WITH known AS (
    SELECT charge.* FROM charges.charge AS charge JOIN scrub_judged AS judged USING (claim_id) WHERE charge.landed_on <= judged.judged_on
)
SELECT known.*, known.action <> 'void' AND later.original_charge_id IS NULL AS is_active
FROM known
LEFT JOIN (SELECT DISTINCT original_charge_id FROM known WHERE original_charge_id IS NOT NULL) AS later ON later.original_charge_id = known.charge_id;

-- one row per claim with a charge in force
CREATE OR REPLACE TEMP TABLE scrub_plan AS
SELECT claim_id, 'build' AS action, false AS is_empty, false AS was_adjudicated, judged.judged_on AS known_by
FROM scrub_judged AS judged
WHERE claim_id IN (SELECT claim_id FROM scrub_charge WHERE is_active);

-- one row per claim: whose it is and who is asked to pay
CREATE OR REPLACE TEMP TABLE scrub_cover AS
SELECT claim.claim_id, claim.patient_id, claim.payer_id, claim.coverage_id, claim.next_payer_id, claim.next_coverage_id, claim.payer_turn,
       CASE WHEN claim.payer_turn = 'patient' THEN 'self_pay' ELSE payer.payer_kind END AS payer_kind
FROM scrub.claim AS claim
SEMI JOIN scrub_plan USING (claim_id)
LEFT JOIN scrub_payer AS payer USING (payer_id);
