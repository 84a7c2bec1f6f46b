-- what is to be judged: it waits to be sent, so anything it stands on may have changed

-- one row per claim to judge
CREATE OR REPLACE TEMP TABLE scrub_judged AS
SELECT claim.claim_id, claim.content_hash, claim.payer_turn, claim.payer_id, standing.state, standing.seq, standing.last_kind, standing.last_detail,
       CAST($today AS DATE) AS judged_on
FROM scrub_standing AS standing
JOIN scrub.claim AS claim USING (claim_id)
WHERE standing.state IN ('held', 'released');

-- one row per claim to judge that has lines: what it says
CREATE OR REPLACE TEMP TABLE scrub_header AS
SELECT claim.* FROM scrub.claim AS claim SEMI JOIN scrub_judged USING (claim_id) WHERE claim.lines > 0;

-- one row per line of them
CREATE OR REPLACE TEMP TABLE scrub_said AS
SELECT line.* FROM scrub.claim_line AS line SEMI JOIN scrub_header USING (claim_id);
