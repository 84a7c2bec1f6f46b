-- one row per account: what a payment posted to it
SELECT account, sub_account, count(*) AS entries, sum(amount) AS amount
FROM drill.ledger_entry
WHERE payment_id = $payment
GROUP BY account, sub_account
ORDER BY account, sub_account
