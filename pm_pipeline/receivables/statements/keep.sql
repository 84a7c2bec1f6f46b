-- keep what find() found: guarantors named for the first time, what is left out and why, statements withdrawn, statements and their lines
INSERT OR IGNORE INTO receivables.guarantor
SELECT DISTINCT guarantor_coverage_id, guarantor_id, CAST($today AS DATE), $run_id FROM patient_guarantor WHERE guarantor_coverage_id IS NOT NULL;

INSERT INTO receivables.statement_hold_ended
SELECT hold_id, CAST($today AS DATE), $run_id FROM receivables.open_statement_hold AS open
WHERE NOT EXISTS (SELECT 1 FROM hold_now WHERE hold_now.item_id = concat_ws(' ', open.claim_id, open.charge_id) AND hold_now.code = open.code);

INSERT INTO receivables.statement_hold
SELECT short_id('H', concat_ws('|', item_id, code, coalesce(before.times, 0))), claim_id, charge_id, code, cents, evidence, $policy_version, CAST($today AS DATE), $run_id
FROM hold_now
LEFT JOIN (
    SELECT concat_ws(' ', claim_id, charge_id) AS item_id, code, count(*) AS times, count(*) FILTER (hold_id NOT IN (SELECT hold_id FROM receivables.statement_hold_ended)) AS standing
    FROM receivables.statement_hold GROUP BY ALL
) AS before USING (item_id, code)
WHERE coalesce(before.standing, 0) = 0;

INSERT INTO receivables.statement_withdrawn SELECT statement_id, because, CAST($today AS DATE), $run_id FROM statement_stale;

INSERT INTO receivables.statement
SELECT statement_id, guarantor_id, guarantor_kind, address.name, address.line1, address.line2, address.city, address.state, address.zip, CAST($today AS DATE), CAST($pay_by AS DATE),
       level, notice_no, lines, charge_cents, insurance_cents, adjusted_cents, patient_cents, due_cents, past_due_cents, pay_now_cents, offer_months, offer_cents, plan_id,
       message, $policy_id, $policy_version, $run_id, $recorded_at
FROM statement_now;

INSERT INTO receivables.statement_line
SELECT statement_id, line_no, claim_id, charge_id, patient_id, patient_name, nullif(provider_name, ''), service_on, procedure_code, charge_cents, insurance_cents, adjusted_cents,
       patient_cents, due_cents, responsible_on, responsible_days, cycle_no, notice_no, $run_id
FROM statement_line_now;
