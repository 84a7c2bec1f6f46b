-- one row per remittance claim posted more than once
SELECT remit_claim_id AS item, concat('posted ', count(*), ' times') AS text
FROM posting.posting WHERE kind IN ('post', 'release') GROUP BY remit_claim_id HAVING count(*) > 1;
