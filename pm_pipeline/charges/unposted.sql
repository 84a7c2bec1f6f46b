-- one row per loaded charge that is not in the ledger
CREATE OR REPLACE TEMP TABLE charge_unposted AS
SELECT charge_id FROM charges.charge AS charge
WHERE action <> 'void' AND NOT EXISTS (SELECT 1 FROM ledger.txn WHERE txn_key = 'charge:' || charge.charge_id);

-- one row per ledger transaction to reverse, because a loaded row corrects or voids its charge: the charge itself, and moves
-- between responsible parties that still stand
CREATE OR REPLACE TEMP TABLE charge_unreversed AS
WITH replaced AS (
    SELECT original.charge_id, original.action, original.entered_on AS effective_on, later.file_id, later.row_no
    FROM charges.charge AS later JOIN charges.charge AS original ON original.charge_id = later.original_charge_id
), standing AS (
    SELECT 'charge:' || charge_id AS txn_key, effective_on, file_id, row_no FROM replaced WHERE action <> 'void'
    UNION ALL
    SELECT DISTINCT txn.txn_key, entry.effective_on, replaced.file_id, replaced.row_no
    FROM replaced JOIN ledger.entry AS entry USING (charge_id) JOIN ledger.txn AS txn USING (txn_id)
    WHERE txn.txn_kind = 'responsibility'
), reversal AS (
    SELECT txn_key AS reverses_txn_key, 'charge_void:' || regexp_replace(txn_key, '^charge:', '') AS txn_key, effective_on, file_id, row_no
    FROM standing
)
SELECT reverses_txn_key, txn_key, effective_on, file_id, row_no
FROM reversal ANTI JOIN ledger.txn USING (txn_key);
