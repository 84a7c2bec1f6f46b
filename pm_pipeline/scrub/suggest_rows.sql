-- what payers answered to lines as they were first sent; after backtest.py has put history together (line_fact, scrub_hit)

-- one row per line whose claim its payer has answered. bit_no: the lines of a claim side by side, a number left free after them, of each
-- payer from 0. rules: those that hold it today. is_denied: it, or its claim as a whole, was refused for whatever reason
CREATE OR REPLACE TEMP TABLE suggest_line AS
SELECT row_number() OVER (PARTITION BY fact.payer_id ORDER BY fact.claim_id, fact.line_no) + dense_rank() OVER (PARTITION BY fact.payer_id ORDER BY fact.claim_id) - 2 AS bit_no,
       fact.*, coalesce(held.rules, []) AS rules,
       EXISTS (SELECT 1 FROM receivables.denial AS denial WHERE denial.claim_id = fact.claim_id AND denial.payer_turn = 'primary'
               AND coalesce(denial.charge_id, fact.charge_id) = fact.charge_id) AS is_denied
FROM line_fact AS fact
LEFT JOIN (
    SELECT hit.claim_id, said.line_no, list(DISTINCT hit.rule_id ORDER BY hit.rule_id) AS rules FROM scrub_hit AS hit
    JOIN scrub_said AS said ON said.claim_id = hit.claim_id AND coalesce(hit.line_no, said.line_no) = said.line_no
    WHERE list_contains($holding, hit.rule_id) GROUP BY ALL
) AS held USING (claim_id, line_no)
WHERE fact.payer_turn = 'primary' AND fact.payer_id IS NOT NULL
  AND fact.claim_id IN (SELECT claim_id FROM scrub.claim_event WHERE list_contains($answered, kind));

-- one row per line its payer refused, with its first refusal: what came later answers what was corrected. cents: of the whole denial, which
-- stands at every line of a claim that was refused as a whole
CREATE OR REPLACE TEMP TABLE suggest_denied AS
SELECT line.payer_id, line.bit_no, line.claim_id, line.dos_from, line.rules, denial.carc, denial.denial_id, denial.denied_cents AS cents
FROM suggest_line AS line
JOIN receivables.denial AS denial ON denial.claim_id = line.claim_id AND denial.payer_id = line.payer_id AND coalesce(denial.charge_id, line.charge_id) = line.charge_id
WHERE denial.payer_turn = 'primary' AND NOT denial.is_duplicate
QUALIFY row_number() OVER (PARTITION BY line.payer_id, line.bit_no ORDER BY denial.denied_on, denial.denial_id) = 1;
