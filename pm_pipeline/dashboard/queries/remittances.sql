-- one row per payment of an 835, newest first
SELECT payment_id, payer_id, trn02, method, effective_on, received_on, claims, paid_amount, deposit_state, deposited_on, deposited_amount, applied_amount,
       suspense_amount, other_amount, posting_state, open_exceptions
FROM marts.remittance
WHERE ($first_day IS NULL OR received_on >= $first_day) AND ($last_day IS NULL OR received_on <= $last_day) AND ($payer IS NULL OR payer_id = $payer)
  AND ($payment IS NULL OR payment_id = $payment)
  AND ($deposit_state IS NULL OR deposit_state = $deposit_state) AND ($posting_state IS NULL OR posting_state = $posting_state
       OR ($posting_state = 'not settled' AND NOT is_settled))
ORDER BY received_on DESC, paid_amount DESC, payment_id
