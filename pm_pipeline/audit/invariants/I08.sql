-- one row per entry with neither a landed file nor a person behind it
SELECT entry_id AS item, coalesce('file ' || entry.file_id[:12] || ' was never landed', 'no file and no person') AS text
FROM ledger.entry AS entry JOIN ledger.txn USING (txn_id)
LEFT JOIN transport.file AS file USING (file_id)
WHERE entry.batch_no >= $since_batch AND file.file_id IS NULL AND (entry.file_id IS NOT NULL OR txn.actor IN ('policy', 'rule'));
