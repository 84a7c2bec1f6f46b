-- one row per entry of these transactions, in their order
SELECT * FROM ledger.entry WHERE posted_on BETWEEN $first AND $last ORDER BY batch_no, txn_id, ordinal;
