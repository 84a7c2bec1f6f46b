-- what people decided beside the posting itself, and what became known since

-- lines whose charge a person named, or was not known when they posted: what they moved at claim level moves to the charge
CREATE OR REPLACE TEMP TABLE line_placed AS
SELECT concat('resolution:', said.resolution_id) AS txn_key, said.actor, said.resolution_id AS rule_id, said.exception_id, said.target AS charge_id,
       unplaced.* EXCLUDE (exception_id, claim_id), said.resolution_id, charge.dos_from, charge.provider_id
FROM unplaced JOIN said ON said.exception_id = unplaced.exception_id AND said.action = 'place'
JOIN charges.charge AS charge ON charge.charge_id = said.target;

INSERT INTO line_placed
SELECT concat('line_found:', remit_line_id, posting.again(unplaced.posting_key)), 'policy', 'LINE_FOUND', unplaced.exception_id, found.charge_id,
       unplaced.* EXCLUDE (exception_id, claim_id), NULL, charge.dos_from, charge.provider_id
FROM unplaced JOIN matched_line AS found USING (remit_line_id)
JOIN charges.charge AS charge ON charge.charge_id = found.charge_id
WHERE unplaced.exception_id NOT IN (SELECT exception_id FROM line_placed);

INSERT INTO ledger_proposal
SELECT line_placed.txn_key, 'line_placed', NULL, line_placed.actor, entry_kind, account, sub_account, side * entry.cents, practice_id, payer_id,
       CASE side WHEN 1 THEN line_placed.provider_id ELSE entry.provider_id END, claim_id, CASE side WHEN 1 THEN line_placed.charge_id END,
       payment_id, line_placed.remit_claim_id, CASE side WHEN 1 THEN line_placed.dos_from ELSE service_on END, effective_on, file_id, segment_no,
       policy_id, policy_version, line_placed.rule_id
FROM line_placed
JOIN ledger.txn AS txn ON txn.txn_key = concat('remit:', line_placed.remit_line_id, posting.again(posting_key))
JOIN ledger.entry AS entry ON entry.txn_id = txn.txn_id AND entry.claim_id IS NOT NULL
CROSS JOIN (VALUES (1), (-1)) AS sides(side);

-- a payer that a person put into a turn: what stands open there under another payer is its to pay
INSERT INTO ledger_proposal
SELECT concat('resolution:', resolution_id), 'payer_changed', NULL, actor, 'transfer', 'AR', target, side * cents, practice_id,
       CASE side WHEN 1 THEN now_payer_id ELSE payer_id END, provider_id, claim_id, charge_id, payment_id, remit_claim_id, service_on, effective_on,
       file_id, segment_no, $policy_id, $policy_version, resolution_id
FROM (
    SELECT said.resolution_id, said.actor, said.target, posted.payment_id, posted.remit_claim_id, pay.payer_id AS now_payer_id, pay.effective_on, clp.file_id, clp.segment_no,
           entry.practice_id, entry.payer_id, entry.provider_id, entry.claim_id, entry.charge_id, entry.service_on, sum(entry.cents) AS cents
    FROM said JOIN posted_in_run USING (remit_claim_id)
    JOIN posting.posting AS posted ON posted.remit_claim_id = said.remit_claim_id AND posted.kind IN ('post', 'release')
    JOIN remittance.claim AS clp ON clp.remit_claim_id = said.remit_claim_id
    JOIN remittance.current_payment AS pay ON pay.payment_id = posted.payment_id
    JOIN ledger.entry AS entry ON entry.claim_id = posted.claim_id AND entry.account = 'AR' AND entry.sub_account = said.target AND entry.payer_id <> pay.payer_id
    WHERE said.action = 'turn'
    GROUP BY ALL HAVING sum(entry.cents) <> 0
) CROSS JOIN (VALUES (1), (-1)) AS sides(side);
