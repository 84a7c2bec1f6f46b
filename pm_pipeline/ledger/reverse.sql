-- propose the exact negation of every entry of the transactions named in ledger_reversal; cash goes back the way the
-- reversing payment came (cash_method), which need not be the way the original came
INSERT INTO ledger_proposal
SELECT reversal.txn_key, reversal.txn_kind, original.txn_key, reversal.actor, entry.entry_kind, entry.account,
       CASE WHEN entry.account = 'CASH_CLEARING' THEN coalesce(reversal.cash_method, entry.sub_account) ELSE entry.sub_account END,
       -entry.cents, entry.practice_id, entry.payer_id, entry.provider_id, entry.claim_id, entry.charge_id,
       coalesce(reversal.payment_id, entry.payment_id), coalesce(reversal.remit_claim_id, entry.remit_claim_id),
       entry.service_on, reversal.effective_on, reversal.file_id, reversal.segment_no, entry.policy_id, entry.policy_version,
       coalesce(reversal.rule_id, entry.rule_id)
FROM ledger_reversal AS reversal
JOIN ledger.txn AS original ON original.txn_key = reversal.reverses_txn_key
JOIN ledger.entry AS entry ON entry.txn_id = original.txn_id;
