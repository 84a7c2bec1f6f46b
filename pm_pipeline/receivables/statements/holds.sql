-- why a line the patient owes may not go on a statement: hold_now, one row per line and reason (holds.csv)
CREATE OR REPLACE TEMP TABLE hold_now AS
WITH payer_balance AS (
    SELECT item_id, party, sum(cents) AS cents FROM patient_entry GROUP BY ALL HAVING sum(cents) <> 0
), claim_reason AS (
    -- reasons that hold every line of a claim. What only the patient owes is in A/R from the charge on, before any edit has looked at it
    SELECT claim.claim_id, CASE WHEN claim.payer_turn = 'patient' AND coalesce(now.state, 'held') = 'held' THEN 'CLAIM_HELD' ELSE 'INSURANCE_OPEN' END AS code,
           concat('the claim is ', coalesce(now.state, CASE WHEN claim.payer_turn = 'patient' THEN 'not judged' ELSE 'not sent' END)) AS evidence
    FROM scrub.claim AS claim LEFT JOIN scrub.claim_state AS now USING (claim_id)
    WHERE claim.claim_id IN (SELECT claim_id FROM patient_line) AND coalesce(now.state, '') NOT IN ('paid', 'partly_denied', 'denied', 'self_pay', 'voided')
    UNION ALL
    SELECT claim_id, 'INSURANCE_OPEN', concat('work ', work_id, ' ', kind) FROM receivables.open_work WHERE kind IN ('bill_secondary', 'secondary_fault')
    UNION ALL
    SELECT coalesce(found.claim_id, clp.clp01), 'EXCEPTION_OPEN', concat(exception_id, ' ', code)
    FROM posting.open_exception AS found LEFT JOIN remittance.claim AS clp USING (remit_claim_id)
    WHERE code NOT IN (SELECT code FROM statement_harmless)
    UNION ALL
    SELECT claim_id, code, concat(stop_id, ' by ', actor, ' on ', claim_id) FROM receivables.open_statement_stop
    UNION ALL
    SELECT claim_id, 'UNREGISTERED', patient_id FROM patient_guarantor WHERE is_unregistered
    UNION ALL
    SELECT claim_id, 'DECEASED', patient_id FROM patient_guarantor WHERE deceased_on IS NOT NULL
    UNION ALL
    SELECT claim_id, 'COLLECTIONS', concat('with an agency ', dollars(sum(cents))) FROM patient_entry WHERE party = 'collections' GROUP BY 1 HAVING sum(cents) <> 0
    UNION ALL
    SELECT claim_id, 'COLLECTIONS', concat('bad debt ', dollars(sum(cents))) FROM ledger.entry
    WHERE account = 'BAD_DEBT' AND claim_id IN (SELECT claim_id FROM patient_line) GROUP BY 1 HAVING sum(cents) <> 0
    UNION ALL
    SELECT claim_id, 'WRITE_OFF_WAITING', concat(action_id, ' ', event, ' ', dollars(cents)) FROM receivables.money_state
    WHERE state = 'waiting' AND event IN ('small_balance', 'bad_debt', 'charity', 'collections')
    UNION ALL
    SELECT claim_id, code, evidence FROM patient_money
), answer AS (
    -- every answer of a payer that was not taken back, and the remarks it made: on a line, or on the claim (charge_id NULL)
    SELECT posted.claim_id, posted.posting_key, posted.remit_claim_id FROM posting.posting AS posted
    WHERE posted.kind IN ('post', 'release') AND posted.reverses IS NULL AND posted.claim_id IN (SELECT claim_id FROM patient_line)
      AND NOT EXISTS (SELECT 1 FROM posting.posting AS later WHERE later.reverses = posted.posting_key)
), remark AS (
    SELECT claim_id, CAST(NULL AS VARCHAR) AS charge_id, unnest(clp.remark_codes) AS rarc FROM answer JOIN remittance.claim AS clp USING (remit_claim_id)
    UNION ALL
    SELECT answer.claim_id, outcome.charge_id, unnest(line.remark_codes)
    FROM answer JOIN posting.line_outcome AS outcome USING (posting_key) JOIN remittance.line AS line ON line.remit_line_id = outcome.remit_line_id
), appealed AS (
    SELECT denial_id, arg_max(action, seq) = 'appeal' AS is_appeal FROM receivables.denial_action WHERE action IN ('appeal', 'correct_and_resubmit') GROUP BY 1
), line_reason AS (
    -- reasons that hold one charge, or the whole claim where they name none
    SELECT claim_id, charge_id, CASE WHEN is_appeal THEN 'APPEAL_PENDING' ELSE 'DENIAL_OPEN' END AS code, concat(denial_id, ' ', group_code, '-', carc) AS evidence
    FROM receivables.open_denial LEFT JOIN appealed USING (denial_id)
    UNION ALL
    SELECT claim_id, charge_id, CASE category WHEN 'ALERT_NSA' THEN 'NO_SURPRISES' ELSE 'PATIENT_PROTECTED' END, rarc
    FROM remark JOIN codes.rarc USING (rarc) WHERE category IN ('PATIENT_LIABILITY_BLOCK', 'ALERT_NSA')
), person_reason AS (
    -- what is found on one claim and says something of who answers for it, or of the patient
    SELECT person.guarantor_id, person.patient_id, code, evidence
    FROM claim_reason JOIN statement_rule AS rule USING (code) JOIN patient_guarantor AS person USING (claim_id)
    WHERE rule.holds = 'guarantor'
), found AS (
    SELECT line.item_id, 'INSURANCE_OPEN' AS code, concat(party, ' ', dollars(cents)) AS evidence
    FROM patient_line AS line JOIN payer_balance USING (item_id) WHERE party NOT IN ('patient', 'collections')
    UNION ALL
    SELECT line.item_id, code, evidence FROM patient_line AS line JOIN claim_reason USING (claim_id)
    UNION ALL
    SELECT line.item_id, code, evidence FROM patient_line AS line JOIN person_reason USING (guarantor_id)
    UNION ALL
    SELECT line.item_id, code, evidence FROM patient_line AS line JOIN person_reason USING (patient_id)
    UNION ALL
    SELECT line.item_id, code, evidence FROM patient_line AS line
    JOIN line_reason AS reason ON reason.claim_id = line.claim_id AND coalesce(reason.charge_id, line.charge_id) IS NOT DISTINCT FROM coalesce(line.charge_id, reason.charge_id)
)
SELECT line.item_id, line.claim_id, line.charge_id, line.guarantor_id, code, line.due_cents AS cents, string_agg(DISTINCT evidence, ', ' ORDER BY evidence) AS evidence
FROM found JOIN patient_line AS line USING (item_id)
WHERE code IN (SELECT code FROM statement_rule)
GROUP BY ALL;
