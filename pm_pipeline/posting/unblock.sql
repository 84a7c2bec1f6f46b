-- what was posted may let more be posted: a later payer's answer when the prior payer's is there; and reversals look for their original again
UPDATE blocked SET code = NULL
WHERE code = 'PRIOR_PAYER_PENDING' AND EXISTS (
    SELECT 1 FROM posting.posting AS prior
    WHERE prior.claim_id = blocked.claim_id AND prior.payer_turn = scrub.turn(blocked.turn_no - 1) AND prior.kind IN ('post', 'release') AND prior.reverses IS NULL);

UPDATE blocked SET code = 'ORPHAN_REVERSAL', evidence = first_evidence WHERE code IN ('REVERSAL_MISMATCH', 'CORRECTION_IS_REVERSAL');
