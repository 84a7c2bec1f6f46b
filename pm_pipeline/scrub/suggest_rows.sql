-- what payers answered to lines as they were first sent; after backtest.py has put history together (line_fact, scrub_hit)

-- one row per line whose claim its payer has answered, in order of service. by_rule: a rule that holds it today; NULL: none
CREATE OR REPLACE TEMP TABLE suggest_line AS
SELECT row_number() OVER (PARTITION BY payer_id ORDER BY dos_from, claim_id, line_no) - 1 AS row_no, fact.*, held.rule_id AS by_rule
FROM line_fact AS fact
LEFT JOIN (
    SELECT hit.claim_id, said.line_no, min(hit.rule_id) AS rule_id FROM scrub_hit AS hit
    JOIN scrub_said AS said ON said.claim_id = hit.claim_id AND coalesce(hit.line_no, said.line_no) = said.line_no
    WHERE list_contains($holding, hit.rule_id) GROUP BY ALL
) AS held USING (claim_id, line_no)
WHERE payer_turn = 'primary' AND payer_id IS NOT NULL
  AND claim_id IN (SELECT claim_id FROM scrub.claim_event WHERE kind IN ('paid', 'denied', 'partly_denied'));

-- one row per line its payer refused, with the first refusal: what came later answers what was corrected
CREATE OR REPLACE TEMP TABLE suggest_denied AS
SELECT line.payer_id, line.row_no, denial.carc, denial.denied_cents AS cents, line.claim_id
FROM suggest_line AS line
JOIN receivables.denial AS denial ON denial.claim_id = line.claim_id AND denial.payer_id = line.payer_id AND coalesce(denial.charge_id, line.charge_id) = line.charge_id
WHERE denial.payer_turn = 'primary' AND NOT denial.is_duplicate
QUALIFY row_number() OVER (PARTITION BY line.payer_id, line.row_no ORDER BY denial.denied_on, denial.denial_id) = 1;
