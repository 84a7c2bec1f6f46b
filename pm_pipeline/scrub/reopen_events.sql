-- a claim that was released, billed to the patient, rejected, voided or adjudicated, and now says something else, is judged again
INSERT INTO new_claim_event
SELECT claim_id, CASE WHEN submissions > 0 THEN submissions + 1 ELSE version END, 'reopen', 'held', concat('after ', seq), CAST($today AS DATE),
       CASE WHEN has_changed_charges THEN 'charges changed' ELSE 'content changed' END, NULL, NULL
FROM scrub_rebuilt
WHERE state IS NOT NULL AND state <> 'held' AND action <> 'void';
