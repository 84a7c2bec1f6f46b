-- one row per claim whose id begins so
SELECT claim_id FROM marts.claim_status WHERE starts_with(claim_id, upper($claim)) ORDER BY claim_id LIMIT 20
