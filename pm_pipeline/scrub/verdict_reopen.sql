-- a released claim that an edit now holds, or that turns out to be the patient's, goes back; so does one billed to the patient that is held
INSERT INTO new_claim_event
SELECT claim_id, NULL, 'reopen', wanted, concat('after ', seq), CAST($today AS DATE), rules, NULL, NULL
FROM scrub_verdict
WHERE (state = 'released' AND wanted <> 'released') OR (state = 'self_pay' AND wanted = 'held');
