-- one row per posted transaction to negate because its charge is corrected or voided
INSERT INTO ledger_reversal (txn_key, txn_kind, reverses_txn_key, effective_on, file_id, segment_no)
SELECT txn_key, 'charge_void', reverses_txn_key, effective_on, file_id, row_no
FROM charge_unreversed;
