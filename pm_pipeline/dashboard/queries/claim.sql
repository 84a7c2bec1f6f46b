-- one row: where a claim stands
SELECT * FROM marts.claim_status WHERE claim_id = $claim
