-- what a remittance has taken back of a line before its charge was known goes to that charge too (place.sql moved the line's own)
INSERT INTO ledger_reversal (txn_key, txn_kind, reverses_txn_key, payment_id, remit_claim_id, effective_on, file_id, segment_no)
SELECT concat('remit:', back.remit_claim_id, ':reverses:', placed.txn_key), 'remit_reversal', placed.txn_key, back.payment_id, back.remit_claim_id,
       pay.effective_on, clp.file_id, clp.segment_no
FROM line_placed AS placed
JOIN posting.posting AS back ON back.reverses = placed.posting_key
JOIN remittance.claim AS clp ON clp.remit_claim_id = back.remit_claim_id
JOIN remittance.current_payment AS pay ON pay.payment_id = back.payment_id;
