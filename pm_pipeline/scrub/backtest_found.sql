-- what a tried rule would have caught in history; scrub_hit holds what every rule finds: claim_id, line_no, rule_id

-- one row per claim and line the tried rule catches; line_no NULL: the claim
CREATE OR REPLACE TEMP TABLE scrub_caught AS
SELECT hit.claim_id, hit.line_no, said.charge_id,
       CASE WHEN hit.line_no IS NULL THEN header.charge_cents ELSE said.charge_cents END AS cents
FROM scrub_hit AS hit
JOIN scrub_header AS header USING (claim_id)
LEFT JOIN scrub_said AS said ON said.claim_id = hit.claim_id AND said.line_no = hit.line_no
WHERE hit.rule_id = $rule_id;

-- one row per refusal of what was first sent: decided before the claim was sent again
CREATE OR REPLACE TEMP TABLE scrub_first_denial AS
SELECT denial.denial_id, denial.claim_id, denial.charge_id, denial.denied_cents, denial.carc
FROM receivables.denial AS denial
LEFT JOIN (SELECT claim_id, min(happened_on) AS sent_again_on FROM scrub.claim_event WHERE kind = 'prepared' AND version > 1 GROUP BY claim_id) AS again
       USING (claim_id)
WHERE coalesce(denial.denied_on <= again.sent_again_on, true);

-- one row per such refusal of a caught claim or line with one of the reasons the rule names
CREATE OR REPLACE TEMP TABLE scrub_prevented AS
SELECT DISTINCT denial.denial_id, denial.claim_id, denial.denied_cents, denial.carc
FROM scrub_first_denial AS denial
JOIN scrub_caught AS caught ON caught.claim_id = denial.claim_id
 AND (caught.charge_id IS NULL OR denial.charge_id IS NULL OR caught.charge_id = denial.charge_id)
WHERE list_contains($prevents, denial.carc);
