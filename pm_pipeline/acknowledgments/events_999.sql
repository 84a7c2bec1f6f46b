-- every claim of a set moves with the answer of a 999 or 997 ($kind) to the set; one bad claim sinks its whole set
INSERT INTO new_sent_event
SELECT claim.claim_id, claim.payer_turn, claim.version, 'set_' || answer.outcome,
       CASE answer.outcome WHEN 'rejected' THEN 'rejected' ELSE 'set_accepted' END, ack.set_id, CAST($today AS DATE),
       concat_ws('; ', concat($kind, ' ', ik501, ' set ', ack.st02), CASE WHEN len(ack.errors) > 0 THEN array_to_string(ack.errors[1:5], '; ') END),
       ack.file_id, ack.segment_no
FROM acknowledgments.set_ack AS ack
JOIN codes.answer AS answer ON answer.transaction = '999' AND answer.code = ack.ik501
JOIN submission.sent_claim AS claim ON claim.st02 = ack.st02
WHERE ack.is_ours AND ack.set_id IN (SELECT set_id FROM answer_set);
