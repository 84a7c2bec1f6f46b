-- one row per state of deposit and posting: payments and dollars
SELECT deposit_state, posting_state, count(*) AS payments, sum(paid_amount) AS paid_amount, sum(deposited_amount) AS deposited_amount,
       sum(applied_amount) AS applied_amount, sum(suspense_amount) AS suspense_amount, sum(other_amount) AS other_amount, count(*) FILTER (NOT is_settled) AS unsettled
FROM marts.remittance
WHERE ($first_day IS NULL OR received_on >= $first_day) AND ($last_day IS NULL OR received_on <= $last_day) AND ($payer IS NULL OR payer_id = $payer)
GROUP BY deposit_state, posting_state
ORDER BY payments DESC, deposit_state, posting_state
