-- one row per set of this batch and partner whose numbers it may answer: the partner it came from, and none other. What a person
-- dropped by hand may answer any, for that person knows whose it is.
CREATE OR REPLACE TEMP TABLE may_answer AS
SELECT DISTINCT sets.set_id, ours.partner_id
FROM answer_set AS sets
JOIN transport.receipt AS receipt USING (file_id)
JOIN (SELECT DISTINCT partner_id FROM submission.interchange) AS ours ON receipt.partner_id IN (ours.partner_id, $by_hand);
