-- move the new, lawful transactions of ledger_proposal into the ledger as one batch

-- one row per transaction; lines: what its entries say, in the order of that, each with its place among the proposals
CREATE OR REPLACE TEMP TABLE ledger_new_txn AS
SELECT *, ledger.txn_id(txn_key) AS txn_id, sha256(array_to_string(list_transform(lines, lambda line: line.says), '~')) AS content_digest
FROM (
    SELECT txn_key, any_value(txn_kind) AS txn_kind, any_value(reverses_txn_key) AS reverses_txn_key, any_value(actor) AS actor,
           list_sort(list({'says': concat_ws('|', entry_kind, account, sub_account, coalesce(payer_id, ''), coalesce(claim_id, ''),
               coalesce(charge_id, ''), coalesce(payment_id, ''), cents, coalesce(CAST(service_on AS VARCHAR), ''), effective_on),
               'segment_no': segment_no, 'place': rowid})) AS lines
    FROM ledger_proposal WHERE cents <> 0 GROUP BY txn_key
);

CREATE OR REPLACE TEMP TABLE ledger_known_txn AS
SELECT fresh.txn_key, fresh.content_digest <> posted.content_digest AS has_changed
FROM ledger_new_txn AS fresh JOIN ledger.txn AS posted USING (txn_key);

DELETE FROM ledger_new_txn WHERE txn_key IN (SELECT txn_key FROM ledger_known_txn);

INSERT INTO ledger.txn
SELECT txn_id, txn_key, txn_kind, ledger.txn_id(reverses_txn_key), actor, content_digest, $batch_no, $posted_on, $run_id, $recorded_at,
       ledger.txn_hash(txn_id, txn_key, txn_kind, ledger.txn_id(reverses_txn_key), actor, content_digest, $posted_on, $run_id, $recorded_at)
FROM ledger_new_txn;

INSERT INTO ledger.entry
SELECT ledger.entry_id(txn_id, ordinal) AS e, txn_id, ordinal, entry_kind, account, sub_account, cents, practice_id, payer_id, provider_id, claim_id, charge_id,
       payment_id, remit_claim_id, service_on, effective_on, $posted_on, $recorded_at, file_id, segment_no, policy_id, policy_version,
       rule_id, $batch_no, $run_id,
       ledger.entry_hash(ledger.entry_id(txn_id, ordinal), txn_id, ordinal, entry_kind, account, sub_account, cents, practice_id, payer_id, provider_id,
                  claim_id, charge_id, payment_id, remit_claim_id, service_on, effective_on, $posted_on, $recorded_at, file_id, segment_no, policy_id,
                  policy_version, rule_id, $run_id)
FROM ledger_proposal AS proposal
JOIN (SELECT txn_id, unnest(lines).place AS place, generate_subscripts(lines, 1) AS ordinal FROM ledger_new_txn) AS numbered ON numbered.place = proposal.rowid;

INSERT INTO ledger.batch
SELECT $batch_no, $name, count(*), coalesce(sum(cents) FILTER (cents > 0), 0),
       sha256(coalesce(string_agg(entry_hash, '' ORDER BY entry_id), '')
           || coalesce((SELECT string_agg(txn_hash, '' ORDER BY txn_id) FROM ledger.txn WHERE batch_no = $batch_no), '')),
       $run_id, $recorded_at
FROM ledger.entry WHERE batch_no = $batch_no HAVING count(*) > 0;
