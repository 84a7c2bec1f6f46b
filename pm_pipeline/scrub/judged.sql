-- what is to be judged: it waits to be sent, so anything it stands on may have changed; or it was billed to the patient in spite of a
-- finding, and the override has ended

-- one row per claim to judge
CREATE OR REPLACE TEMP TABLE scrub_judged AS
SELECT claim.claim_id, claim.content_hash, claim.payer_turn, claim.payer_id, standing.state, standing.seq, standing.last_kind, standing.last_detail,
       CAST($today AS DATE) AS judged_on
FROM scrub_standing AS standing
JOIN scrub.claim AS claim USING (claim_id)
WHERE standing.state IN ('held', 'released')
   OR standing.state = 'self_pay' AND claim.claim_id NOT IN (SELECT claim_id FROM scrub_patient_billed)
      AND claim.claim_id IN (SELECT claim_id FROM scrub.open_finding
                             ANTI JOIN scrub.overridden_finding(CAST($today AS DATE)) USING (finding_id)
                             WHERE severity = 'hold');
