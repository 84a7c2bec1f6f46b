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
