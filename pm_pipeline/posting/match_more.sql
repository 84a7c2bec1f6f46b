-- tie the remittance claims whose CLM01 is not ours to our claims by the payer's own number, else by what only one claim of ours has

CREATE OR REPLACE TEMP TABLE unmatched AS
SELECT remit_claim_id, payer_id, payer_claim_number, original_payer_claim_number, charge_cents FROM pending ANTI JOIN matched USING (remit_claim_id)
WHERE attempt = 1;  -- what a person took back from a claim only a person matches again

-- one row per payer claim number that names exactly one claim of ours, from 277CA answers and posted remittances
CREATE OR REPLACE TEMP TABLE known_payer_number AS
SELECT payer_id, payer_claim_number, any_value(claim_id) AS claim_id
FROM (
    SELECT DISTINCT coalesce(later.payer_id, claim.payer_id) AS payer_id, said.payer_claim_number, said.claim_id
    FROM acknowledgments.claim_status AS said JOIN scrub.claim AS claim USING (claim_id)
    LEFT JOIN submission.later_claim AS later ON later.claim_id = said.claim_id AND later.st02 = said.st02
    WHERE said.payer_claim_number IS NOT NULL
    UNION
    SELECT DISTINCT pay.payer_id, clp.payer_claim_number, posted.claim_id
    FROM posting.posting AS posted JOIN remittance.claim AS clp USING (remit_claim_id) JOIN remittance.current_payment AS pay ON pay.payment_id = clp.payment_id
    WHERE posted.claim_id IS NOT NULL AND clp.payer_claim_number IS NOT NULL
)
WHERE payer_claim_number IN (SELECT unnest([payer_claim_number, original_payer_claim_number]) FROM unmatched)
GROUP BY ALL HAVING count(DISTINCT claim_id) = 1;

INSERT INTO matched
SELECT remit_claim_id, coalesce(by_number.claim_id, by_original.claim_id), 'payer_claim_number'
FROM unmatched
LEFT JOIN known_payer_number AS by_number ON by_number.payer_id = unmatched.payer_id AND by_number.payer_claim_number = unmatched.payer_claim_number
LEFT JOIN known_payer_number AS by_original
  ON by_original.payer_id = unmatched.payer_id AND by_original.payer_claim_number = unmatched.original_payer_claim_number
WHERE coalesce(by_number.claim_id, by_original.claim_id) IS NOT NULL;

-- or by what only one claim of ours has: the payer's member id, first service date, total charge, and rendering provider where
-- the payer names one. A name is never looked at, and of two that fit neither is taken
INSERT INTO matched
SELECT subject.remit_claim_id, any_value(claim.claim_id), 'composite'
FROM unmatched
JOIN remittance.claim_subject AS subject USING (remit_claim_id)
JOIN front_office.current_coverage AS coverage ON coverage.member_id = subject.member_id AND coverage.payer_id = unmatched.payer_id
JOIN scrub.claim AS claim ON coverage.coverage_id IN (claim.coverage_id, claim.next_coverage_id)
 AND claim.dos_from = subject.dos_from AND claim.charge_cents = abs(unmatched.charge_cents)
LEFT JOIN front_office.current_provider AS provider ON provider.provider_id = claim.provider_id
WHERE unmatched.remit_claim_id NOT IN (SELECT remit_claim_id FROM matched) AND (subject.rendering_npi IS NULL OR subject.rendering_npi = provider.npi)
GROUP BY subject.remit_claim_id HAVING count(DISTINCT claim.claim_id) = 1;
