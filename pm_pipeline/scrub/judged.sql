-- what is to be judged: it waits to be sent, so anything it stands on may have changed

-- one row per claim to judge
CREATE OR REPLACE TEMP TABLE scrub_judged AS
SELECT claim.claim_id, claim.content_hash, claim.payer_turn, claim.payer_id, standing.state, standing.seq, standing.last_kind, standing.last_detail,
       CAST($today AS DATE) AS judged_on
FROM scrub_standing AS standing
JOIN scrub.claim AS claim USING (claim_id)
WHERE standing.state IN ('held', 'released');
