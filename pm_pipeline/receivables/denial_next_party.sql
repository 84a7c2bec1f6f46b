-- one row when a further payer is responsible after this turn of a claim; none: the patient
CREATE OR REPLACE TEMP TABLE denial_claim AS SELECT CAST($claim_id AS VARCHAR) AS claim_id;

SELECT scrub.turn(turn_no) AS turn, payer_id FROM scrub.claim_turns('denial_claim')
WHERE turn_no > scrub.turn_no($turn) ORDER BY turn_no LIMIT 1;
