-- provider-level adjustments (PLB). A positive amount lowers the payment: cash is credited and the code's account debited (a levy
-- taken, a notice recovered, a withhold kept). A negative amount raises it: cash is debited and the account credited (interest or
-- capitation paid to us, the notice of a recovery, a balance carried out). codes/plb.csv says both for each code. A code that is
-- not there holds the whole payment; one whose entry_kind is hold waits alone, in suspense, until a person says what it is, or
-- payers.yaml says what it means to its payer (provider_adjustments).
CREATE OR REPLACE TEMP TABLE plb_now AS
SELECT plb.*, pay.payer_id, pay.effective_on, coalesce(string_split(coalesce(person.target, own.account), ':')[1], code.account) AS account,
       CASE WHEN coalesce(person.target, own.account) IS NULL THEN code.sub_account
            ELSE coalesce(string_split(coalesce(person.target, own.account), ':')[2], 'none') END AS sub_account,
       CASE WHEN person.target IS NOT NULL THEN 'booked' WHEN own.account IS NOT NULL THEN 'payer_rule' ELSE code.entry_kind END AS entry_kind,
       coalesce(person.resolution_id, own.rule_id) AS decision_id, person.actor, person.action AS said_action,
       pay.cash,
       done.kind IS NOT NULL AS is_suspended,
       bool_or(code.account IS NULL) OVER (PARTITION BY plb.payment_id) OR NOT pay.is_our_payee OR pay.payer_id IS NULL
           OR (person.target IS NULL AND ((code.entry_kind = 'hold' AND own.account IS NULL) OR (gate.code IS NOT NULL AND (person.action IS NULL OR gate.code = 'NO_POLICY')))) AS is_held,
       CASE WHEN NOT pay.is_our_payee THEN 'PAYEE_NOT_OURS' WHEN code.account IS NULL THEN 'PLB_UNKNOWN' WHEN pay.payer_id IS NULL THEN 'PAYER_UNKNOWN'
            WHEN person.target IS NOT NULL THEN NULL WHEN code.entry_kind = 'hold' AND own.account IS NULL THEN 'PLB_REVIEW'
            WHEN person.action IS NULL OR gate.code = 'NO_POLICY' THEN gate.code END AS held_for, gate.policy_id, gate.policy_version
FROM remittance.provider_adjustment AS plb
JOIN remittance.current_payment AS pay USING (payment_id)
JOIN payment_gate AS gate USING (payment_id)
LEFT JOIN codes.plb AS code USING (reason_code)
LEFT JOIN (
    -- a person booked it to another account, or said that it posts to its own; what was said last counts
    SELECT * FROM said WHERE action IN ('book', 'post') QUALIFY row_number() OVER (PARTITION BY item_id ORDER BY decided_at DESC, resolution_id) = 1
) AS person ON person.item_id = plb.plb_id
LEFT JOIN payer_adjustment AS own ON own.payer_id = pay.payer_id AND own.reason_code = plb.reason_code AND code.entry_kind = 'hold'
 AND pay.effective_on BETWEEN own.effective_from AND coalesce(own.effective_to, pay.effective_on)
LEFT JOIN posting.provider_adjustment_outcome AS done ON done.plb_id = plb.plb_id AND done.kind = 'suspend'
WHERE NOT EXISTS (SELECT 1 FROM posting.provider_adjustment_outcome AS earlier WHERE earlier.plb_id = plb.plb_id AND earlier.kind IN ('post', 'release'));

INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', held_for, plb_id)), held_for, 'provider_adjustment', plb_id, payment_id, NULL, NULL, -cents,
       concat('PLB ', reason_code, ' at segment ', segment_no, CASE WHEN cents > 0 THEN ', lowers the payment' WHEN cents < 0 THEN ', raises the payment' END), true, CAST($today AS DATE), $run_id
FROM plb_now WHERE held_for IS NOT NULL;

INSERT OR IGNORE INTO posting.exception_closed
SELECT exception_id, CASE WHEN held_for IS NOT NULL THEN 'other_reason_now' WHEN actor IS NOT NULL THEN said_action ELSE 'known_now' END,
       CASE WHEN held_for IS NULL THEN coalesce(actor, 'policy') ELSE 'policy' END, CAST($today AS DATE), $run_id
FROM posting.exception JOIN plb_now ON plb_id = item_id
WHERE item_kind = 'provider_adjustment' AND code IS DISTINCT FROM held_for;

DELETE FROM plb_now WHERE is_held AND is_suspended;

INSERT INTO ledger_proposal
SELECT concat('plb:', plb_id, CASE WHEN is_held THEN ':suspense' ELSE '' END), CASE WHEN is_held THEN 'suspense' ELSE 'provider_adjustment' END, NULL, 'policy',
       CASE WHEN is_held THEN 'suspense' ELSE entry_kind END, CASE WHEN side = -1 THEN 'CASH_CLEARING' WHEN is_held THEN 'UNAPPLIED' ELSE account END,
       CASE WHEN side = -1 THEN cash WHEN is_held THEN 'payer' WHEN sub_account = 'payer' THEN payer_id ELSE sub_account END,
       side * cents, $practice_id, payer_id, NULL, NULL, NULL, payment_id, NULL, NULL, effective_on, file_id, segment_no, policy_id, policy_version,
       coalesce(CASE WHEN NOT is_held THEN decision_id END, concat('PLB-', reason_code))
FROM plb_now CROSS JOIN (VALUES (1), (-1)) AS sides(side) WHERE cents <> 0;

INSERT INTO ledger_reversal (txn_key, txn_kind, reverses_txn_key, payment_id, effective_on, file_id, segment_no)
SELECT concat('plb:', plb_id, ':suspense:released'), 'suspense_release', concat('plb:', plb_id, ':suspense'), payment_id, effective_on, file_id, segment_no
FROM plb_now WHERE is_suspended AND NOT is_held;

INSERT INTO posting.provider_adjustment_outcome
SELECT plb_id, CASE WHEN is_held THEN 'suspend' WHEN is_suspended THEN 'release' ELSE 'post' END, CAST($today AS DATE), $run_id FROM plb_now;
