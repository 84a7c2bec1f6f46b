-- compare the claims just put together with those on record

-- one row per claim to build: the hash of everything an 837P of it would say
CREATE OR REPLACE TEMP TABLE scrub_content AS
WITH line AS (
    SELECT claim_id, string_agg(CAST(to_json(content) AS VARCHAR), '~' ORDER BY content.line_no) AS said
    FROM scrub_new_line AS content GROUP BY claim_id
), patient AS (
    SELECT patient_id, CAST(to_json(struct_pack(last_name, first_name, middle_name, suffix, birth_date, sex, line1, line2, city, state, zip)) AS VARCHAR) AS said
    FROM front_office.current_patient
), coverage AS (
    SELECT coverage_id, CAST(to_json(struct_pack(member_id, group_number, relationship, subscriber_last_name, subscriber_first_name,
               subscriber_birth_date, subscriber_sex, subscriber_line1, subscriber_city, subscriber_state, subscriber_zip)) AS VARCHAR) AS said
    FROM front_office.current_coverage
), provider AS (
    SELECT provider_id, CAST(to_json(struct_pack(npi, last_name, first_name, taxonomy)) AS VARCHAR) AS said FROM front_office.current_provider
)
SELECT claim.claim_id, sha256(concat_ws('~',
           CAST(to_json(struct_pack(claim.claim_id, claim.patient_id, claim.provider_id, claim.location_id, claim.referring_provider_id, claim.payer_id,
               claim.coverage_id, claim.payer_turn, claim.authorization_number, claim.place_of_service, claim.diagnoses,
               claim.dos_from, claim.dos_to, claim.lines, claim.charge_cents)) AS VARCHAR),
           coalesce(line.said, ''), coalesce(patient.said, ''), coalesce(coverage.said, ''), coalesce(rendering.said, ''),
           coalesce(referring.said, ''), coalesce(location.content_digest, ''), coalesce(payer.content_digest, ''))) AS content_hash
FROM scrub_new_claim AS claim
LEFT JOIN line USING (claim_id)
LEFT JOIN patient ON patient.patient_id = claim.patient_id
LEFT JOIN coverage ON coverage.coverage_id = claim.coverage_id
LEFT JOIN provider AS rendering ON rendering.provider_id = claim.provider_id
LEFT JOIN provider AS referring ON referring.provider_id = claim.referring_provider_id
LEFT JOIN scrub_location AS location ON location.location_id = claim.location_id
LEFT JOIN scrub_payer AS payer ON payer.payer_id = claim.payer_id;

-- one row per claim to write, because it is new or says something else than before
CREATE OR REPLACE TEMP TABLE scrub_rebuilt AS
SELECT plan.claim_id, plan.action, plan.state, plan.state_group, plan.version, plan.seq, plan.submissions, content.content_hash,
       plan.has_changed_charges
FROM scrub_plan AS plan
JOIN scrub_content AS content USING (claim_id)
JOIN scrub_new_claim AS fresh USING (claim_id)
LEFT JOIN scrub.claim AS known USING (claim_id)
WHERE plan.state IS NULL
   OR plan.action = 'void'
   -- nothing touches scrub.claim while a claim is in flight, so this is also what a rejected claim said when it was sent
   OR content.content_hash IS DISTINCT FROM known.content_hash
   OR (plan.state <> 'rejected' AND (fresh.next_coverage_id IS DISTINCT FROM known.next_coverage_id
                                     OR fresh.next_payer_id IS DISTINCT FROM known.next_payer_id))
UNION ALL
-- an adjudicated claim whose charges are all voided keeps its lines for the void (frequency 8)
SELECT claim_id, plan.action, state, state_group, version, seq, submissions, sha256(known.content_hash || '|void'), true
FROM scrub_plan AS plan JOIN scrub.claim AS known USING (claim_id)
WHERE plan.action = 'empty';
