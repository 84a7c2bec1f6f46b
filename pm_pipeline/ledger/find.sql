-- what one part of ledger_proposal would post: its transactions, and which of them are posted already

-- (a part by UBIGINT, as a hash is one: of mixed types the remainder would be of 128 bits, which takes longer than all the rest)
-- one row per transaction: the digest of what its entries say, in the order of that; what each rests on; their places among the proposals
CREATE OR REPLACE TEMP TABLE ledger_new_txn AS
SELECT txn_key, txn_kind, reverses_txn_key, actor, ledger.txn_id(txn_key) AS txn_id, list_transform(lines, lambda line: line.place) AS places,
       sha256(array_to_string(list_transform(lines, lambda line: line.says), '~')) AS content_digest,
       array_to_string(list_transform(lines, lambda line: line.rests_on), '~') AS rests_on, off_by_cents
FROM (
    SELECT txn_key, any_value(txn_kind) AS txn_kind, any_value(reverses_txn_key) AS reverses_txn_key, any_value(actor) AS actor, sum(cents) AS off_by_cents,
           list_sort(list({
               'says': ledger.entry_says(entry_kind, account, sub_account, payer_id, claim_id, charge_id, payment_id, cents, service_on, effective_on),
               'segment_no': segment_no,
               'rests_on': ledger.entry_rests_on(practice_id, provider_id, remit_claim_id, file_id, segment_no, policy_id, policy_version, rule_id),
               'place': rowid})) AS lines
    FROM ledger_proposal WHERE cents <> 0 AND ($parts = 1 OR hash(txn_key) % CAST($parts AS UBIGINT) = CAST($part AS UBIGINT)) GROUP BY txn_key
);

CREATE OR REPLACE TEMP TABLE ledger_known_txn AS
SELECT fresh.txn_id, fresh.txn_key, fresh.content_digest <> posted.content_digest AS has_changed
FROM ledger_new_txn AS fresh JOIN ledger.txn AS posted USING (txn_id);

-- one row: how many of both, and the first few that must not be posted
SELECT (SELECT count(*) FROM ledger_new_txn) AS transactions, (SELECT count(*) FROM ledger_known_txn) AS already_posted,
       (SELECT list(concat(txn_key, ' (off by ', off_by_cents, ' cents)') ORDER BY txn_key)[:5] FROM ledger_new_txn WHERE off_by_cents <> 0) AS unbalanced,
       (SELECT list(txn_key ORDER BY txn_key)[:5] FROM ledger_known_txn WHERE has_changed) AS changed;
