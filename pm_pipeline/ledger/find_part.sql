-- the transactions of one part of ledger_proposal, each with the digest of what its entries say, in the order of that, and its hash

-- (a part by UBIGINT, as a hash is one: of mixed types the remainder would be of 128 bits, which takes longer than all the rest)
INSERT INTO ledger_new_txn
SELECT txn_id, txn_key, txn_kind, reverses_txn_id, actor, content_digest,
       ledger.txn_hash(txn_id, txn_key, txn_kind, reverses_txn_id, actor, content_digest, rests_on, $posted_on, $run_id, $recorded_at), off_by_cents, places
FROM (
    SELECT ledger.txn_id(txn_key) AS txn_id, txn_key, txn_kind, ledger.txn_id(reverses_txn_key) AS reverses_txn_id, actor,
           sha256(array_to_string(list_transform(lines, lambda line: line.says), '~')) AS content_digest,
           array_to_string(list_transform(lines, lambda line: line.rests_on), '~') AS rests_on, off_by_cents, list_transform(lines, lambda line: line.place) AS places
    FROM (
        SELECT txn_key, any_value(txn_kind) AS txn_kind, any_value(reverses_txn_key) AS reverses_txn_key, any_value(actor) AS actor, sum(cents) AS off_by_cents,
               list_sort(list({
                   'says': ledger.entry_says(entry_kind, account, sub_account, payer_id, claim_id, charge_id, payment_id, cents, service_on, effective_on),
                   'segment_no': segment_no,
                   'rests_on': ledger.entry_rests_on(practice_id, provider_id, remit_claim_id, file_id, segment_no, policy_id, policy_version, rule_id),
                   'place': rowid})) AS lines
        FROM ledger_proposal WHERE cents <> 0 AND ($parts = 1 OR hash(txn_key) % CAST($parts AS UBIGINT) = CAST($part AS UBIGINT)) GROUP BY txn_key
    )
);
