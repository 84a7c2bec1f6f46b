-- one row per entry or transaction that was changed, and per batch that lost or gained one
SELECT entry_id AS item, 'the entry is not what was posted: its hash differs' AS text
FROM ledger.entry
WHERE batch_no >= $since_batch
  AND entry_hash <> ledger.entry_hash(entry_id, txn_id, ordinal, entry_kind, account, sub_account, cents, practice_id, payer_id, provider_id, claim_id, charge_id,
    payment_id, remit_claim_id, service_on, effective_on, posted_on, recorded_at, file_id, segment_no, policy_id, policy_version, rule_id, run_id)
UNION ALL
SELECT txn_id, 'the transaction is not what was posted: its hash differs' FROM ledger.txn
WHERE batch_no >= $since_batch AND txn_hash <> ledger.txn_hash(txn_id, txn_key, txn_kind, reverses_txn_id, actor, content_digest, posted_on, run_id, recorded_at)
UNION ALL
SELECT concat('batch ', batch.batch_no), concat('sealed with ', batch.entries, ' entries, holds ', coalesce(held.entries, 0), ', or one of them was replaced')
FROM ledger.batch AS batch
LEFT JOIN (SELECT batch_no, count(*) AS entries, string_agg(entry_hash, '' ORDER BY entry_id) AS hashes
           FROM ledger.entry WHERE batch_no >= $since_batch GROUP BY 1) AS held USING (batch_no)
LEFT JOIN (SELECT batch_no, string_agg(txn_hash, '' ORDER BY txn_id) AS hashes
           FROM ledger.txn WHERE batch_no >= $since_batch GROUP BY 1) AS txns USING (batch_no)
WHERE batch_no >= $since_batch AND batch.digest <> sha256(coalesce(held.hashes, '') || coalesce(txns.hashes, ''))
UNION ALL
SELECT concat('batch ', batch_no), 'its seal is not in the chain of units of work' FROM ledger.batch
WHERE batch_no >= $since_batch AND digest NOT IN (SELECT unnest(string_split(digest, '+')) FROM warehouse.chain)
UNION ALL
SELECT entry_id, 'the entry belongs to no sealed batch' FROM ledger.entry
WHERE batch_no >= $since_batch AND batch_no NOT IN (SELECT batch_no FROM ledger.batch)
UNION ALL
SELECT entry_id, concat('there are ', count(*), ' entries with this id') FROM ledger.entry
WHERE batch_no >= $since_batch GROUP BY entry_id HAVING count(*) > 1;
