-- the claims to later payers of one frozen interchange, and their events
INSERT INTO submission.later_claim
SELECT claim_id, payer_turn, coalesce(before.version, 0) + 1, $isa13, st02, payer_id, frequency, payer_claim_number, basis, answered, content_hash,
       charge_cents, first_segment_no, last_segment_no, CAST($today AS DATE), $run_id
FROM submission_place JOIN submission_later USING (claim_id)
LEFT JOIN (SELECT claim_id, payer_turn, max(version) AS version FROM submission.later_claim GROUP BY ALL) AS before USING (claim_id, payer_turn);

INSERT INTO new_sent_event
SELECT claim_id, payer_turn, version, 'prepared', 'prepared', CAST(isa13 AS VARCHAR), batch_on, concat(payer_id, ' frequency ', frequency), $file_id, first_segment_no
FROM submission.later_claim WHERE isa13 = $isa13;
