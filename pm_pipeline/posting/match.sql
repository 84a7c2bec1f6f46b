-- tie pending remittance claims to our claims: as a person said, else by CLM01

-- one row per pending claim we know (and those of match_more.sql). What a person took back from a claim only a person matches again
CREATE OR REPLACE TEMP TABLE matched AS
SELECT pending.remit_claim_id, coalesce(person.target, by_id.claim_id) AS claim_id, CASE WHEN person.target IS NOT NULL THEN 'person' ELSE 'claim_id' END AS match_by
FROM pending
LEFT JOIN said AS person ON person.remit_claim_id = pending.remit_claim_id AND person.action = 'match'
LEFT JOIN scrub.claim AS by_id ON by_id.claim_id = CASE WHEN pending.attempt = 1 THEN pending.clp01 END  -- a condition beside the key would be no hash join
WHERE coalesce(person.target, by_id.claim_id) IS NOT NULL;
