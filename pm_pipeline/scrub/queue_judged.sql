-- one row per claim of $claims, as it is judged on this day (judged.sql has all that wait)
CREATE OR REPLACE TEMP TABLE scrub_judged AS
SELECT claim.claim_id, claim.content_hash, claim.payer_turn, claim.payer_id, standing.state, standing.seq, standing.last_kind, standing.last_detail,
       CAST($day AS DATE) AS judged_on
FROM scrub_standing AS standing
JOIN scrub.claim AS claim USING (claim_id)
WHERE list_contains(CAST($claims AS VARCHAR[]), claim.claim_id);
