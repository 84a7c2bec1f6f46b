-- one row per transaction or entry that was changed, and per batch that lost or gained one
SELECT txn_id AS item, 'the transaction, or one of its entries, is not what was posted: its hash differs' AS text
FROM ledger.txn JOIN (
    SELECT txn_id, list(ledger.entry_says(entry_kind, account, sub_account, payer_id, claim_id, charge_id, payment_id, cents, service_on, effective_on) ORDER BY ordinal) AS said,
           list(ledger.entry_rests_on(practice_id, provider_id, remit_claim_id, file_id, segment_no, policy_id, policy_version, rule_id) ORDER BY ordinal) AS rests_on
    FROM ledger.entry WHERE batch_no >= $since_batch GROUP BY txn_id
) AS held USING (txn_id)
WHERE batch_no >= $since_batch AND (content_digest <> sha256(array_to_string(said, '~')) OR txn_hash <>
    ledger.txn_hash(txn_id, txn_key, txn_kind, reverses_txn_id, actor, content_digest, array_to_string(rests_on, '~'), posted_on, run_id, recorded_at))
UNION ALL
SELECT txn_id, 'its id is not that of its key' FROM ledger.txn WHERE batch_no >= $since_batch AND txn_id <> ledger.txn_id(txn_key)
UNION ALL
SELECT entry_id, 'the entry is not where it was posted: its day, clock, run or batch is not that of its transaction'
FROM ledger.entry LEFT JOIN ledger.txn USING (txn_id)
WHERE entry.batch_no >= $since_batch AND (txn.batch_no, txn.posted_on, txn.recorded_at, txn.run_id)
    IS DISTINCT FROM (entry.batch_no, entry.posted_on, entry.recorded_at, entry.run_id)
UNION ALL
SELECT concat('batch ', batch.batch_no), concat('sealed with ', batch.entries, ' entries, holds ', coalesce(held.entries, 0), ', or it or a transaction of it was replaced')
FROM ledger.batch AS batch
LEFT JOIN (SELECT batch_no, count(*) AS entries FROM ledger.entry WHERE batch_no >= $since_batch GROUP BY 1) AS held USING (batch_no)
LEFT JOIN (SELECT batch_no, sha256(string_agg(txn_hash, '' ORDER BY txn_id)) AS txns_digest, min(posted_on) AS first_on, max(posted_on) AS last_on
           FROM ledger.txn WHERE batch_no >= $since_batch GROUP BY 1) AS txns USING (batch_no)
WHERE batch_no >= $since_batch AND (batch.entries <> coalesce(held.entries, 0) OR batch.txns_digest IS DISTINCT FROM txns.txns_digest
    OR posted_on IS DISTINCT FROM first_on OR posted_on IS DISTINCT FROM last_on
    OR batch.digest <> ledger.batch_digest(batch_no, name, posted_on, batch.entries, debit_cents, run_id, recorded_at, batch.txns_digest))
UNION ALL
-- and the other way: what the chain says was sealed is there
SELECT concat('batch ', coalesce(batch.batch_no, sealed.batch_no)),
       CASE WHEN batch.batch_no IS NULL THEN 'the chain of units of work says that it was sealed, and it is gone' ELSE 'its seal is not in the chain of units of work' END
FROM (SELECT batch_no, ledger.seal(batch_no, digest) AS seal FROM ledger.batch WHERE batch_no >= $since_batch) AS batch
FULL JOIN (
    SELECT seal, TRY_CAST(string_split(seal, ' ')[2] AS BIGINT) AS batch_no FROM (SELECT unnest(string_split(digest, '+')) AS seal FROM warehouse.chain)
    WHERE starts_with(seal, 'batch ') AND TRY_CAST(string_split(seal, ' ')[2] AS BIGINT) >= $since_batch
) AS sealed USING (seal)
WHERE batch.batch_no IS NULL OR sealed.batch_no IS NULL
UNION ALL
SELECT entry_id, 'the entry belongs to no sealed batch' FROM ledger.entry
WHERE batch_no >= $since_batch AND batch_no NOT IN (SELECT batch_no FROM ledger.batch)
UNION ALL
SELECT txn_id, concat('there are ', count(*), ' transactions with this id') FROM ledger.txn
SEMI JOIN (SELECT txn_id FROM ledger.txn WHERE batch_no >= $since_batch) AS looked_at USING (txn_id) GROUP BY txn_id HAVING count(*) > 1
UNION ALL
SELECT entry_id, concat('there are ', count(*), ' entries with this id') FROM ledger.entry
WHERE batch_no >= $since_batch GROUP BY entry_id HAVING count(*) > 1;
