-- one row per batch ever posted, so that one left out is missed
SELECT * FROM ledger.batch ORDER BY batch_no;
