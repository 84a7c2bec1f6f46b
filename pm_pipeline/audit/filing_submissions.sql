-- one row per submission of claim $claim_id to the payer of turn $payer_turn: the bytes, their control numbers, and where the claim lies in them
SELECT claim.version, claim.payer_id, claim.frequency, claim.charge_cents, claim.isa13, interchange.gs06, claim.st02, sent.reference, claim.batch_on,
       interchange.partner_id, interchange.file_id, interchange.bytes, interchange.remote_name, interchange.prepared_at, claim.first_segment_no,
       claim.last_segment_no
FROM (
    SELECT claim_id, 'primary' AS payer_turn, version, payer_id, frequency, charge_cents, isa13, st02, batch_on, first_segment_no, last_segment_no
    FROM submission.batch_claim
    UNION ALL
    SELECT claim_id, payer_turn, version, payer_id, frequency, charge_cents, isa13, st02, batch_on, first_segment_no, last_segment_no FROM submission.later_claim
) AS claim
JOIN submission.interchange AS interchange USING (isa13)
JOIN submission.transaction_set AS sent USING (st02)
WHERE claim.claim_id = $claim_id AND claim.payer_turn = $payer_turn
ORDER BY claim.version, claim.isa13;
