-- what a tried rule would have caught in history; scrub_hit holds what every rule finds: claim_id, line_no, rule_id

-- one row per claim and line the tried rule catches; line_no NULL: the claim
CREATE OR REPLACE TEMP TABLE scrub_caught AS
SELECT hit.claim_id, hit.line_no, said.charge_id,
       CASE WHEN hit.line_no IS NULL THEN header.charge_cents ELSE said.charge_cents END AS cents
FROM scrub_hit AS hit
JOIN scrub_header AS header USING (claim_id)
LEFT JOIN scrub_said AS said ON said.claim_id = hit.claim_id AND said.line_no = hit.line_no
WHERE hit.rule_id = $rule_id;

-- one row per refusal of a caught claim or line with one of the reasons the rule names; only of what was sent with it
CREATE OR REPLACE TEMP TABLE scrub_prevented AS
SELECT DISTINCT denial.denial_id, denial.claim_id, denial.denied_cents, denial.carc
FROM receivables.denial AS denial
JOIN scrub_caught AS caught ON caught.claim_id = denial.claim_id
 AND (caught.charge_id IS NULL OR denial.charge_id IS NULL OR caught.charge_id = denial.charge_id)
WHERE list_contains($prevents, denial.carc);
