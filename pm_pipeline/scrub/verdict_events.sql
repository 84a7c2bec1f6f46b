-- a claim that goes forward, or stays held for other reasons than before
INSERT INTO new_claim_event
SELECT claim_id, NULL, wanted, wanted, concat('after ', seq), CAST($today AS DATE), rules, NULL, NULL
FROM scrub_verdict
WHERE (state = 'held' AND wanted <> 'held')
   OR (state = 'held' AND wanted = 'held' AND NOT (last_kind IN ('held', 'reopen') AND last_detail = rules));
