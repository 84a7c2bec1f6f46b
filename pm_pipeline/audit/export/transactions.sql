-- one row per ledger transaction posted in the period
SELECT * FROM ledger.txn WHERE posted_on BETWEEN $first AND $last ORDER BY batch_no, txn_id;
