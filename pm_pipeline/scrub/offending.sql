-- one row per line for which the rule holds a claim, with its draft: of these claims, of this payer, or (neither said) of all
CREATE OR REPLACE TEMP TABLE scrub_offending AS
WITH line AS (
    -- a finding about a claim as a whole is about every line of it
    SELECT DISTINCT line.claim_id, line.charge_id
    FROM scrub.holding_finding(CAST($day AS DATE)) AS finding
    JOIN scrub.claim_line AS line ON line.claim_id = finding.claim_id AND coalesce(finding.line_no, line.line_no) = line.line_no
    WHERE finding.rule_id = $rule_id AND (len(CAST($claims AS VARCHAR[])) = 0 OR list_contains(CAST($claims AS VARCHAR[]), finding.claim_id))
)
SELECT draft.* FROM draft_fact AS draft
SEMI JOIN line USING (claim_id, charge_id)
JOIN scrub.claim AS claim ON claim.claim_id = draft.claim_id AND claim.payer_id IS NOT DISTINCT FROM coalesce($payer_id, claim.payer_id);
