-- the claims to first payers of one frozen interchange, and their events
INSERT INTO submission.batch_claim
SELECT claim_id, version, $isa13, st02, payer_id, frequency, payer_claim_number, content_hash, charge_cents, first_segment_no,
       last_segment_no, CAST($today AS DATE), $run_id
FROM submission_place JOIN submission_ready USING (claim_id);

INSERT INTO new_sent_event
SELECT claim_id, 'primary', version, 'prepared', 'prepared', CAST(isa13 AS VARCHAR), batch_on, content_hash, $file_id, first_segment_no
FROM submission.batch_claim WHERE isa13 = $isa13;
