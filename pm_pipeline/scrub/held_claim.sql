-- one row: the claim, where it stands, and since when it is held; no person's data
SELECT claim.claim_id, claim.encounter_id, claim.payer_id, claim.payer_turn, claim.provider_id, claim.location_id, claim.dos_from, claim.dos_to, claim.lines,
       claim.charge_cents, now.state, waits.held_since, waits.days_held, claim.dos_from + payer.timely_filing_days AS timely_filing_deadline
FROM scrub.claim AS claim
JOIN scrub.claim_state AS now USING (claim_id)
LEFT JOIN (SELECT DISTINCT claim_id, held_since, days_held FROM scrub_queue) AS waits USING (claim_id)
LEFT JOIN scrub_payer AS payer ON payer.payer_id = claim.payer_id
WHERE claim.claim_id = $claim_id;
