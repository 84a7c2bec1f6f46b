-- one row: the batch, sealed over itself and the hashes of its transactions
INSERT INTO ledger.batch
SELECT $batch_no, $name, $posted_on, entries, debit_cents, txns_digest,
       ledger.batch_digest($batch_no, $name, $posted_on, entries, debit_cents, $run_id, $recorded_at, txns_digest), $run_id, $recorded_at
FROM (SELECT count(*) AS entries, coalesce(sum(cents) FILTER (cents > 0), 0) AS debit_cents FROM ledger.entry WHERE batch_no = $batch_no),
     (SELECT sha256(string_agg(txn_hash, '' ORDER BY txn_id)) AS txns_digest FROM ledger.txn WHERE batch_no = $batch_no)
RETURNING entries, ledger.seal(batch_no, digest);
