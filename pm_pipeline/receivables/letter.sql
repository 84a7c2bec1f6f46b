-- one row: what a letter about one denial says; the coverage is that of the payer that refused
SELECT denial.*, carc.meaning AS carc_meaning, remark.meaning AS rarc_meaning, clp.payer_claim_number, pay.trn02,
       claim.dos_from, claim.dos_to, claim.charge_cents AS claim_charge_cents, claim.authorization_number,
       patient.last_name, patient.first_name, patient.middle_name, patient.suffix, patient.birth_date,
       coverage.member_id, coverage.group_number, provider.last_name AS provider_last, provider.first_name AS provider_first, provider.npi AS provider_npi
FROM receivables.denial AS denial
JOIN scrub.claim AS claim USING (claim_id)
JOIN remittance.claim AS clp ON clp.remit_claim_id = denial.remit_claim_id
JOIN remittance.payment AS pay ON pay.payment_id = clp.payment_id
LEFT JOIN codes.carc AS carc ON carc.carc = denial.carc
LEFT JOIN codes.rarc AS remark ON remark.rarc = denial.rarc
LEFT JOIN front_office.current_patient AS patient ON patient.patient_id = claim.patient_id
LEFT JOIN front_office.current_coverage AS coverage
  ON coverage.patient_id = claim.patient_id AND coverage.payer_id = denial.payer_id AND claim.dos_from BETWEEN coverage.effective_from AND coalesce(coverage.effective_to, claim.dos_from)
LEFT JOIN front_office.current_provider AS provider ON provider.provider_id = claim.provider_id
WHERE denial.denial_id = $denial_id
QUALIFY row_number() OVER (ORDER BY coverage.cob_order, coverage.coverage_id) = 1;
