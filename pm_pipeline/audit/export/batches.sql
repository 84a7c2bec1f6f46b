-- one row per batch ever posted, so that one left out is missed; is_whole: its transactions are here, all of them
SELECT batch.*, posted_on, posted_on BETWEEN $first AND $last AS is_whole
FROM ledger.batch AS batch LEFT JOIN (SELECT batch_no, min(posted_on) AS posted_on FROM ledger.txn GROUP BY batch_no) USING (batch_no)
ORDER BY batch_no;
