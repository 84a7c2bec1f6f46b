-- one row per reversal that does not negate its original exactly
SELECT reversal.posting_key AS item, concat('takes back ', reversal.paid_cents, ' cents of ', original.paid_cents) AS text
FROM posting.posting AS reversal JOIN posting.posting AS original ON original.posting_key = reversal.reverses
WHERE reversal.paid_cents <> -original.paid_cents OR reversal.adjusted_cents <> -original.adjusted_cents
UNION ALL
SELECT txn_id, concat(account, ':', sub_account, ' is off by ', sum(cents), ' cents against what it reverses')
FROM (
    SELECT txn.txn_id, account, sub_account, claim_id, charge_id, cents FROM ledger.txn JOIN ledger.entry USING (txn_id)
    WHERE txn.batch_no >= $since_batch AND reverses_txn_id IS NOT NULL AND account <> 'CASH_CLEARING'
    UNION ALL
    SELECT txn.txn_id, account, sub_account, claim_id, charge_id, cents FROM ledger.txn JOIN ledger.entry ON entry.txn_id = txn.reverses_txn_id
    WHERE txn.batch_no >= $since_batch AND account <> 'CASH_CLEARING'
    UNION ALL
    -- cash goes back the way the reversing payment came: its method may be another one
    SELECT txn.txn_id, account, 'any method', NULL, NULL, cents FROM ledger.txn
    JOIN ledger.entry ON entry.txn_id IN (txn.txn_id, txn.reverses_txn_id)
    WHERE txn.batch_no >= $since_batch AND reverses_txn_id IS NOT NULL AND account = 'CASH_CLEARING'
) GROUP BY txn_id, account, sub_account, claim_id, charge_id HAVING sum(cents) <> 0;
