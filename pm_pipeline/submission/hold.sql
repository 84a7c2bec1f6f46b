-- hold the claims of submission_fault: one finding per fault, and each claim back to a person
INSERT INTO scrub.edit_finding
SELECT * FROM (
    SELECT DISTINCT short_id('F', concat_ws('|', claim_id, content_hash, rule_id, line_no, message, seq)) AS finding_id, claim_id, content_hash,
           line_no, rule_id, 1 AS rule_version, 'hold' AS severity, message, remedy, CAST($today AS DATE) AS found_on, $run_id AS run_id
    FROM submission_fault JOIN submission_ready USING (claim_id)
) ANTI JOIN scrub.edit_finding AS known USING (finding_id);

INSERT INTO new_claim_event
SELECT claim_id, NULL, 'reopen', 'held', concat('after ', any_value(seq)), CAST($today AS DATE),
       string_agg(DISTINCT rule_id, ' ' ORDER BY rule_id), NULL, NULL
FROM submission_fault JOIN submission_ready USING (claim_id)
GROUP BY claim_id;
