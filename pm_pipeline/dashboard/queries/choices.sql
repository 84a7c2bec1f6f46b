-- one row per value a filter can take
SELECT DISTINCT 'practice' AS filter, practice_id AS value FROM marts.claim_status
UNION ALL SELECT DISTINCT 'location', location_id FROM marts.claim_status
UNION ALL SELECT DISTINCT 'provider', provider_id FROM marts.claim_status
UNION ALL SELECT DISTINCT 'payer', payer_id FROM marts.claim_status
ORDER BY ALL
