-- one row per ledger entry of a claim, payment or transaction, oldest first
SELECT entry_id, txn_id, posted_on, entry_kind, account, sub_account, payer_id, claim_id, payment_id, policy_id, rule_id, amount, file_id, segment_no, run_id
FROM drill.ledger_entry
WHERE ($claim IS NULL OR claim_id = $claim) AND ($payment IS NULL OR payment_id = $payment) AND ($txn IS NULL OR txn_id = $txn)
  AND ($account IS NULL OR account = $account) AND ($entry IS NULL OR entry_id = $entry)
  AND ($run IS NULL OR run_id = $run)
  AND ($movement IS NULL OR entry_id IN (
      SELECT entry_id FROM drill.ar_movement
      WHERE claim_id = $claim AND (movement = $movement OR ($movement = 'charges' AND movement IN ('charge', 'responsibility')))))
  AND ($payer IS NULL OR payer_id = $payer) AND ($party IS NULL OR sub_account = $party OR ($party = 'insurance' AND sub_account NOT IN ('patient', 'collections'))
       OR ($party = 'patient, collections' AND sub_account IN ('patient', 'collections')))
  AND ($first_day IS NULL OR posted_on >= $first_day) AND ($last_day IS NULL OR posted_on <= $last_day)
ORDER BY posted_on, entry_id
