-- one row per ledger transaction that does not sum to zero
SELECT txn_id AS item, concat('its entries sum to ', sum(cents), ' cents') AS text FROM ledger.entry
WHERE batch_no >= $since_batch GROUP BY txn_id HAVING sum(cents) <> 0;
