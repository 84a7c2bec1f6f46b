-- lines that posted on their claim as a whole, and whose charge a person named, or has become known since: what they moved moves to
-- the charge. That comes before what else this run posts, which takes back or builds on it

CREATE OR REPLACE TEMP TABLE line_placed AS
SELECT concat('resolution:', said.resolution_id) AS txn_key, said.actor, said.resolution_id AS rule_id, said.target AS charge_id,
       unplaced.* EXCLUDE (claim_id), said.resolution_id, charge.dos_from, charge.provider_id
FROM unplaced JOIN said ON said.exception_id = unplaced.exception_id AND said.action = 'place'
JOIN charges.charge AS charge ON charge.charge_id = said.target;

INSERT INTO line_placed
SELECT concat('line_found:', remit_line_id, posting.again(attempt)), 'policy', 'LINE_FOUND', found.charge_id,
       unplaced.* EXCLUDE (claim_id), NULL, charge.dos_from, charge.provider_id
FROM unplaced JOIN matched_line AS found USING (remit_line_id)
JOIN charges.charge AS charge ON charge.charge_id = found.charge_id
WHERE unplaced.exception_id NOT IN (SELECT exception_id FROM line_placed);

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
