-- one row per claim of a payment, in the order of the remittance
SELECT clp_no, clp01, claim_id, payer_turn, clp02, charge_amount, paid_amount, state, posted_on, open_exceptions, file_id, segment_no
FROM drill.remit_claim
WHERE payment_id = $payment
ORDER BY clp_no
