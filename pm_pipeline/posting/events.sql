-- the claim's diary: what this run's postings mean for each claim
INSERT INTO new_claim_event
SELECT posted.claim_id, NULL,
       CASE WHEN posted.payer_turn <> 'primary' THEN concat(posted.payer_turn, '_') ELSE '' END
       || CASE WHEN posted.reverses IS NOT NULL THEN 'reversed' WHEN denied.cents > 0 AND posted.paid_cents = 0 AND denied.moved_cents = 0 THEN 'denied'
               WHEN denied.cents > 0 THEN 'partly_denied' ELSE 'paid' END,
       CASE WHEN posted.payer_turn <> 'primary' THEN NULL WHEN posted.reverses IS NOT NULL THEN 'reversed'
            WHEN denied.cents > 0 AND posted.paid_cents = 0 AND denied.moved_cents = 0 THEN 'denied'
            WHEN denied.cents > 0 THEN 'partly_denied' ELSE 'paid' END,
       posted.remit_claim_id, pay.effective_on, clp.payer_claim_number, clp.file_id, clp.segment_no
FROM posting.posting AS posted
JOIN remittance.claim AS clp USING (remit_claim_id)
JOIN remittance.payment AS pay ON pay.payment_id = posted.payment_id
LEFT JOIN (SELECT remit_claim_id, sum(cents) FILTER (action = 'deny') AS cents, coalesce(sum(posted_cents) FILTER (action = 'transfer'), 0) AS moved_cents
           FROM posting.decision GROUP BY 1) AS denied USING (remit_claim_id)
WHERE posted.remit_claim_id IN (SELECT remit_claim_id FROM posted_in_run) AND posted.kind IN ('post', 'release') AND clp.status <> '25';

INSERT INTO new_claim_event
SELECT claim_id, NULL, 'suspended', CASE WHEN turn = 'primary' OR turn IS NULL THEN 'suspended' END, remit_claim_id, effective_on, code, file_id, segment_no
FROM suspending WHERE claim_id IS NOT NULL AND NOT is_suspended;
