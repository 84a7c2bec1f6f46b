-- a released claim that an edit now holds, or that turns out to be the patient's, goes back
INSERT INTO new_claim_event
SELECT claim_id, NULL, 'reopen', wanted, concat('after ', seq), CAST($today AS DATE), rules, NULL, NULL
FROM scrub_verdict
WHERE state = 'released' AND wanted <> 'released';
