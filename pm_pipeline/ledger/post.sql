-- move the new, lawful transactions that were found into the ledger; post_part.sql moves their entries
INSERT INTO ledger.txn
SELECT txn_id, txn_key, txn_kind, reverses_txn_id, actor, content_digest, $batch_no, $posted_on, $run_id, $recorded_at, txn_hash
FROM ledger_new_txn;
