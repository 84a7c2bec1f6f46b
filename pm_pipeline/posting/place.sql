-- move what the lines of placing.sql moved on their claim to their charge

-- the line's own transaction, and those of its adjustments that moved on a later day; those yet to come go by posting.line_charge
INSERT INTO ledger_proposal
WITH of_line AS (
    SELECT *, concat('remit:', remit_line_id, posting.again(attempt)) AS moved_key FROM line_placed
    UNION ALL
    SELECT placed.*, concat('remit:', adjustment_id, posting.again(attempt), ':deferred') FROM line_placed AS placed
    JOIN posting.deferred ON deferred.item_id = placed.remit_line_id AND deferred.posting_key = placed.posting_key
)
SELECT of_line.txn_key, 'line_placed', NULL, of_line.actor, entry_kind, account, sub_account, side * entry.cents, practice_id, payer_id,
       CASE side WHEN 1 THEN of_line.provider_id ELSE entry.provider_id END, claim_id, CASE side WHEN 1 THEN of_line.charge_id END,
       payment_id, of_line.remit_claim_id, CASE side WHEN 1 THEN of_line.dos_from ELSE service_on END, effective_on, file_id, segment_no,
       policy_id, policy_version, of_line.rule_id
FROM of_line
JOIN ledger.txn AS txn ON txn.txn_key = of_line.moved_key
JOIN ledger.entry AS entry ON entry.txn_id = txn.txn_id AND entry.claim_id IS NOT NULL
CROSS JOIN (VALUES (1), (-1)) AS sides(side);

INSERT INTO posting.line_charge
SELECT remit_line_id, posting_key, charge_id, resolution_id, CAST($today AS DATE), $run_id FROM line_placed;
