-- what the claims of scrub_judged say

-- one row per claim to judge that has lines: what it says
CREATE OR REPLACE TEMP TABLE scrub_header AS
SELECT claim.* FROM scrub.claim AS claim SEMI JOIN scrub_judged USING (claim_id) WHERE claim.lines > 0;

-- one row per line of them
CREATE OR REPLACE TEMP TABLE scrub_said AS
SELECT line.* FROM scrub.claim_line AS line SEMI JOIN scrub_header USING (claim_id);
