-- one row per claim that waits to be sent, with everything its 837P says; a reader is ready.py
CREATE OR REPLACE TEMP TABLE submission_ready AS
WITH ready AS (
    SELECT claim.*, state.seq
    FROM scrub.claim_state AS state JOIN scrub.claim AS claim USING (claim_id)
    WHERE state.state = 'released' AND claim.payer_id IS NOT NULL
), sent AS (
    SELECT claim_id, max(version) AS version, coalesce(max(version) FILTER (frequency = '8'), 0) AS last_void
    FROM submission.batch_claim SEMI JOIN ready USING (claim_id)
    GROUP BY claim_id
), answered AS (
    -- what payers answered: 7 and 8 are for claims a payer has adjudicated and not given back after a void
    SELECT claim_id, arg_max(kind, seq) AS last_kind, arg_max(version, seq) AS last_version,
           -- a suspended answer's detail is the exception, not the payer's number
           arg_max(detail, seq) FILTER (kind <> 'suspended' AND detail IS NOT NULL) AS payer_claim_number
    FROM scrub.claim_event SEMI JOIN ready USING (claim_id)
    WHERE kind IN (SELECT unnest($adjudicated))
    GROUP BY claim_id
), dated AS (
    SELECT *, answered.claim_id IS NOT NULL
              AND NOT coalesce(last_kind = 'reversed' AND last_version = last_void, false) AS is_with_payer
    FROM ready LEFT JOIN sent USING (claim_id) LEFT JOIN answered USING (claim_id)
)
SELECT claim.claim_id, claim.content_hash, claim.seq, coalesce(claim.version, 0) + 1 AS version,
       CASE WHEN NOT is_with_payer THEN '1' WHEN claim.lines = 0 THEN '8' ELSE '7' END AS frequency,
       CASE WHEN is_with_payer THEN claim.payer_claim_number END AS payer_claim_number,
       claim.lines, claim.charge_cents, claim.payer_id, claim.payer_turn, claim.location_id, claim.place_of_service, claim.diagnoses,
       claim.authorization_number, coverage.member_id, coverage.group_number, coverage.relationship, coverage.subscriber_last_name,
       coverage.subscriber_first_name, patient.last_name, patient.first_name, patient.middle_name, patient.suffix, patient.birth_date,
       patient.sex, patient.line1, patient.line2, patient.city, patient.state, patient.zip,
       claim.provider_id, rendering.last_name AS rendering_last_name, rendering.first_name AS rendering_first_name,
       rendering.npi AS rendering_npi, rendering.taxonomy AS rendering_taxonomy,
       claim.referring_provider_id, referring.last_name AS referring_last_name, referring.first_name AS referring_first_name,
       referring.npi AS referring_npi
FROM dated AS claim
LEFT JOIN front_office.current_coverage AS coverage ON coverage.coverage_id = claim.coverage_id
LEFT JOIN front_office.current_patient AS patient ON patient.patient_id = claim.patient_id
LEFT JOIN front_office.current_provider AS rendering ON rendering.provider_id = claim.provider_id
LEFT JOIN front_office.current_provider AS referring ON referring.provider_id = claim.referring_provider_id;
