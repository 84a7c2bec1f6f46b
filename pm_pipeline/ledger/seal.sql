-- one row: the batch, sealed over itself and the hashes of its transactions
INSERT INTO ledger.batch
SELECT $batch_no, $name, count(*), coalesce(sum(cents) FILTER (cents > 0), 0) AS debit_cents,
       ledger.batch_digest($batch_no, $name, count(*), debit_cents, $run_id, $recorded_at,
           (SELECT string_agg(txn_hash, '' ORDER BY txn_id) FROM ledger.txn WHERE batch_no = $batch_no)), $run_id, $recorded_at
FROM ledger.entry WHERE batch_no = $batch_no
RETURNING entries, ledger.seal(batch_no, digest);
