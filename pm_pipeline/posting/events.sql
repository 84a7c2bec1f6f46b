-- one row per event of a claim's diary: what this run's postings mean for it

-- one row per primary payer's answer, or its reversal, to a claim this run posted on: what it says of the claim, and whether it stands
CREATE OR REPLACE TEMP TABLE claim_saying AS
SELECT posted.claim_id, posted.payer_turn, posted.remit_claim_id, pay.effective_on, posted.generation, posted.posting_key,
       posted.reverses IS NULL AND later.posting_key IS NULL AS stands, clp.payer_claim_number, clp.file_id, clp.segment_no,
       CASE WHEN posted.reverses IS NOT NULL THEN 'reversed' WHEN denied.cents > 0 AND posted.paid_cents = 0 AND denied.moved_cents = 0 THEN 'denied'
            WHEN denied.cents > 0 THEN 'partly_denied' ELSE 'paid' END AS says
FROM posting.posting AS posted
JOIN remittance.claim AS clp USING (remit_claim_id)
JOIN remittance.current_payment AS pay ON pay.payment_id = posted.payment_id
LEFT JOIN posting.posting AS later ON later.reverses = posted.posting_key
LEFT JOIN (SELECT remit_claim_id, sum(cents) FILTER (action = 'deny') AS cents, coalesce(sum(posted_cents) FILTER (action = 'transfer'), 0) AS moved_cents
           FROM posting.decision SEMI JOIN touched USING (claim_id) GROUP BY 1) AS denied USING (remit_claim_id)
WHERE posted.claim_id IN (SELECT claim_id FROM touched) AND posted.kind IN ('post', 'release') AND clp.status <> '25';

-- the newest answer that stands is what the claim is, though it was posted in an earlier run than the one it corrects
INSERT INTO new_claim_event
WITH newest AS (
    SELECT claim_id, remit_claim_id, effective_on, says FROM claim_saying WHERE stands AND payer_turn = 'primary'
    QUALIFY row_number() OVER (PARTITION BY claim_id ORDER BY effective_on DESC, generation DESC, posting_key DESC) = 1
)
SELECT claim_id, NULL, CASE WHEN saying.payer_turn <> 'primary' THEN concat(saying.payer_turn, '_') ELSE '' END || saying.says,
       CASE WHEN saying.payer_turn <> 'primary' THEN NULL
            WHEN saying.effective_on <= newest.effective_on AND newest.remit_claim_id IN (SELECT remit_claim_id FROM posted_in_run) THEN saying.says
            ELSE coalesce(newest.says, 'reversed') END,
       saying.remit_claim_id, saying.effective_on, payer_claim_number, file_id, segment_no
FROM claim_saying AS saying LEFT JOIN newest USING (claim_id)
WHERE saying.remit_claim_id IN (SELECT remit_claim_id FROM posted_in_run);

INSERT INTO new_claim_event
SELECT claim_id, NULL, 'suspended', CASE WHEN turn = 'primary' OR turn IS NULL THEN 'suspended' END, remit_claim_id, effective_on, code, file_id, segment_no
FROM suspending WHERE claim_id IS NOT NULL AND NOT is_suspended;

-- an answer was taken back from the claim, and another one of its first payer stands
INSERT INTO new_claim_event
SELECT now.claim_id, NULL, 'unposted', saying.says, now.unposting_id, saying.effective_on, concat('unposted ', now.remit_claim_id), now.file_id, now.segment_no
FROM unposting_now AS now JOIN claim_saying AS saying ON saying.claim_id = now.claim_id AND saying.stands AND saying.payer_turn = 'primary'
WHERE now.payer_turn = 'primary' AND saying.remit_claim_id NOT IN (SELECT remit_claim_id FROM posted_in_run)
QUALIFY row_number() OVER (PARTITION BY now.posting_key ORDER BY saying.effective_on DESC, saying.generation DESC, saying.posting_key DESC) = 1;
