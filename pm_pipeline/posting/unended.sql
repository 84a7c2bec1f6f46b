-- what a run that broke off had kept, portion by portion: this run looks at it as if it had posted it
INSERT INTO posted_in_run
SELECT remit_claim_id FROM posting.posting WHERE kind IN ('post', 'release') AND run_id IN (SELECT run_id FROM posting.unended_run);

-- of what is told of a pending claim (block.sql), what is asked after it was posted
INSERT INTO blocked BY NAME
SELECT clp.remit_claim_id, clp.payment_id, clp.clp_no, clp.file_id, clp.segment_no, clp.clp01, clp.status, clp.charge_cents, clp.paid_cents, clp.patient_cents,
       posted.reverses IS NOT NULL AS is_reversal, clp.status = '25' AS is_estimate, pay.effective_on, posted.attempt, posting.again(posted.attempt) AS again,
       posted.claim_id, posted.match_by
FROM posting.posting AS posted
JOIN remittance.claim AS clp USING (remit_claim_id)
JOIN remittance.current_payment AS pay ON pay.payment_id = posted.payment_id
WHERE posted.kind IN ('post', 'release') AND posted.remit_claim_id IN (SELECT remit_claim_id FROM posted_in_run);
