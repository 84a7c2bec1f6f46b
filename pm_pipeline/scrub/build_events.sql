-- what building did, for the claim's diary
INSERT INTO new_claim_event
-- a new claim is held until the edits have judged it
SELECT claim_id, 0, 'built', 'held', NULL, CAST($today AS DATE), content_hash[1:16], NULL, NULL
FROM scrub_rebuilt WHERE state IS NULL AND action = 'build'
UNION ALL
SELECT claim_id, version, 'rebuilt', NULL, concat('after ', seq), CAST($today AS DATE), content_hash[1:16], NULL, NULL
FROM scrub_rebuilt WHERE state = 'held' AND action <> 'void'
UNION ALL
SELECT claim_id, version, 'voided', 'voided', concat('after ', seq), CAST($today AS DATE), 'every charge was voided', NULL, NULL
FROM scrub_rebuilt WHERE action = 'void'
UNION ALL
-- in flight: nothing may change until the payer has answered
SELECT claim_id, version, 'charges_changed', NULL, sha256(array_to_string(charge_ids, ','))[1:16], CAST($today AS DATE),
       'waits for the answer to what was sent', NULL, NULL
FROM scrub_plan WHERE action = 'wait';
