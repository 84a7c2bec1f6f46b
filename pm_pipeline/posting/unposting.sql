-- matches that people took back (posting.unposting): what they posted is negated in the person's name, on the days it was for, and
-- the remittance claim is pending again. An attempt made after the decision stands.
CREATE OR REPLACE TEMP TABLE unposting_now AS
SELECT posted.*, undo.unposting_id, undo.attempt AS undone_attempt, undo.actor, pay.effective_on, clp.file_id, clp.segment_no
FROM posting.unposting AS undo
JOIN posting.posting AS posted ON posted.remit_claim_id = undo.remit_claim_id AND posted.attempt <= undo.attempt AND posted.kind IN ('post', 'release')
JOIN remittance.claim AS clp ON clp.remit_claim_id = undo.remit_claim_id
JOIN remittance.payment AS pay ON pay.payment_id = posted.payment_id
QUALIFY row_number() OVER (PARTITION BY posted.posting_key ORDER BY undo.attempt DESC) = 1;
