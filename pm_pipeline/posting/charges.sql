-- one row per charge of a matched claim, and one per claim (charge_id NULL) for what posts at claim level
CREATE OR REPLACE TEMP TABLE posting_charge AS
SELECT claim_id, charge_id, provider_id, dos_from FROM charges.charge WHERE claim_id IN (SELECT claim_id FROM matched)
UNION ALL
SELECT claim_id, NULL, provider_id, dos_from FROM scrub.claim WHERE claim_id IN (SELECT claim_id FROM matched);
