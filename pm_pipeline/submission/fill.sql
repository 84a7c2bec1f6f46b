-- one row per claim of submission_chosen, with everything its 837P says to the payer chosen there; a reader is ready.py
CREATE OR REPLACE TEMP TABLE submission_ready AS
SELECT claim_id, claim.content_hash, chosen.seq, chosen.version, chosen.frequency, chosen.payer_claim_number,
       claim.lines, claim.charge_cents, chosen.payer_id, chosen.payer_turn, claim.location_id, claim.place_of_service, claim.diagnoses,
       chosen.authorization_number, coverage.member_id, coverage.group_number, coverage.relationship, coverage.subscriber_last_name,
       coverage.subscriber_first_name, patient.last_name, patient.first_name, patient.middle_name, patient.suffix, patient.birth_date,
       patient.sex, patient.line1, patient.line2, patient.city, patient.state, patient.zip,
       claim.provider_id, rendering.last_name AS rendering_last_name, rendering.first_name AS rendering_first_name,
       rendering.npi AS rendering_npi, rendering.taxonomy AS rendering_taxonomy,
       claim.referring_provider_id, referring.last_name AS referring_last_name, referring.first_name AS referring_first_name,
       referring.npi AS referring_npi
FROM submission_chosen AS chosen
JOIN scrub.claim AS claim USING (claim_id)
LEFT JOIN front_office.current_coverage AS coverage ON coverage.coverage_id = chosen.coverage_id
LEFT JOIN front_office.current_patient AS patient ON patient.patient_id = claim.patient_id
LEFT JOIN front_office.current_provider AS rendering ON rendering.provider_id = claim.provider_id
LEFT JOIN front_office.current_provider AS referring ON referring.provider_id = claim.referring_provider_id;
