-- one row per posted payment whose money in the ledger is not BPR02
SELECT pay.payment_id AS item, concat('BPR02 is ', pay.paid_cents, ' cents, the ledger has ', coalesce(sum(entry.cents), 0)) AS text
FROM remittance.payment AS pay
JOIN posting.payment_posted USING (payment_id)
LEFT JOIN ledger.entry AS entry ON entry.payment_id = pay.payment_id AND entry.account = 'CASH_CLEARING' AND entry.entry_kind <> 'deposit'
GROUP BY pay.payment_id, pay.paid_cents HAVING coalesce(sum(entry.cents), 0) <> pay.paid_cents;
