-- which of the transactions found are posted already, and what must not be posted
CREATE OR REPLACE TEMP TABLE ledger_known_txn AS
SELECT fresh.txn_id, fresh.txn_key, fresh.content_digest <> posted.content_digest AS has_changed
FROM ledger_new_txn AS fresh JOIN ledger.txn AS posted USING (txn_id);

-- one row: how many of both, and the first few that must not be posted
SELECT (SELECT count(*) FROM ledger_new_txn) AS transactions, (SELECT count(*) FROM ledger_known_txn) AS already_posted,
       (SELECT list(txn_key ORDER BY txn_id, txn_key)[:5] FROM ledger_new_txn
        WHERE txn_id IN (SELECT txn_id FROM ledger_new_txn GROUP BY txn_id HAVING count(*) > 1)) AS same_id,
       (SELECT list(concat(txn_key, ' (off by ', off_by_cents, ' cents)') ORDER BY txn_key)[:5] FROM ledger_new_txn WHERE off_by_cents <> 0) AS unbalanced,
       (SELECT list(txn_key ORDER BY txn_key)[:5] FROM ledger_known_txn WHERE has_changed) AS changed;
