-- move the new, lawful transactions that were found into the ledger, and their entries
INSERT INTO ledger.txn
SELECT txn_id, txn_key, txn_kind, reverses_txn_id, actor, content_digest, $batch_no, $posted_on, $run_id, $recorded_at, txn_hash
FROM ledger_new_txn;

INSERT INTO ledger.entry
SELECT txn_id, ordinal, entry_kind, account, sub_account, cents, practice_id, payer_id, provider_id, claim_id, charge_id,
       payment_id, remit_claim_id, service_on, effective_on, $posted_on, $recorded_at, file_id, segment_no, policy_id, policy_version,
       rule_id, $batch_no, $run_id
FROM ledger_proposal AS proposal
JOIN (SELECT txn_id, unnest(places) AS place, generate_subscripts(places, 1) AS ordinal FROM ledger_new_txn) AS numbered
  ON numbered.place = proposal.rowid;
