-- what people decided beside the posting itself. Lines placed on a charge: what they moved at claim level moves to the charge
CREATE OR REPLACE TEMP TABLE line_placed AS
SELECT said.resolution_id, said.actor, said.exception_id, said.target AS charge_id, outcome.remit_line_id, outcome.remit_claim_id, posting.again(outcome.posting_key) AS again,
       charge.dos_from, charge.provider_id
FROM said
JOIN posting.line_outcome AS outcome ON outcome.remit_line_id = said.item_id AND outcome.outcome <> 'held' AND outcome.charge_id IS NULL
JOIN charges.charge AS charge ON charge.charge_id = said.target
WHERE said.action = 'place' AND said.exception_id NOT IN (SELECT exception_id FROM posting.exception_closed)
  AND NOT EXISTS (SELECT 1 FROM posting.posting AS later WHERE later.reverses = outcome.posting_key);

INSERT INTO ledger_proposal
SELECT concat('resolution:', resolution_id), 'line_placed', NULL, line_placed.actor, entry_kind, account, sub_account, side * entry.cents, practice_id, payer_id,
       CASE side WHEN 1 THEN line_placed.provider_id ELSE entry.provider_id END, claim_id, CASE side WHEN 1 THEN line_placed.charge_id END,
       payment_id, line_placed.remit_claim_id, CASE side WHEN 1 THEN line_placed.dos_from ELSE service_on END, effective_on, file_id, segment_no,
       policy_id, policy_version, line_placed.resolution_id
FROM line_placed
JOIN ledger.txn AS txn ON txn.txn_key = concat('remit:', line_placed.remit_line_id, again)
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
