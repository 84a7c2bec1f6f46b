-- every claim of the interchange moves with the TA1: A and E forward, R to rejected. R with note 025 says they have this
-- interchange already: a second copy was refused, the first one stands, and nothing moves.
INSERT INTO new_sent_event
SELECT claim.claim_id, claim.payer_turn, claim.version, CASE WHEN ta104 = 'R' AND ta105 = '025' THEN 'interchange_known' ELSE 'interchange_' || answer.outcome END,
       CASE WHEN answer.outcome <> 'rejected' THEN 'interchange_accepted' WHEN ta105 <> '025' THEN 'rejected' END,
       ack.set_id, CAST($today AS DATE), concat('TA1 ', ta104, ' ', ta105), ack.file_id, ack.segment_no
FROM acknowledgments.interchange_ack AS ack
JOIN codes.answer AS answer ON answer.transaction = 'TA1' AND answer.code = ack.ta104
JOIN submission.sent_claim AS claim ON claim.isa13 = ack.isa13
WHERE ack.is_ours AND ack.set_id IN (SELECT set_id FROM answer_set);
