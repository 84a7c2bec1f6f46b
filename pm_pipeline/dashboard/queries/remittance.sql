-- one row: a payment with its deposit and postings
SELECT * FROM marts.remittance WHERE payment_id = $payment
