-- claims whose first payer's answer was for another claim: back to the state they had before it was posted, waiting for their own
INSERT INTO new_claim_event
SELECT now.claim_id, NULL, 'reopen', before.state, now.unposting_id, CAST($today AS DATE), concat('unposted ', now.remit_claim_id), now.file_id, now.segment_no
FROM unposting_now AS now
JOIN (
    SELECT claim_id, arg_max(state, seq) AS state FROM scrub.claim_event
    WHERE claim_id IN (SELECT claim_id FROM unposting_now) AND rank < (SELECT max(rank) FROM claim_state_rank) GROUP BY 1
) AS before USING (claim_id)
WHERE now.payer_turn = 'primary';
