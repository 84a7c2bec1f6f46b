-- put claims together from the (fixed) drafts, and compare them with the claims on record

-- one row per claim to build: its diagnoses, first met first
CREATE OR REPLACE TEMP TABLE scrub_diagnoses AS
SELECT claim_id, list(code ORDER BY line_no, place) AS diagnoses
FROM (
    SELECT claim_id, code, line_no, place
    FROM (SELECT claim_id, line_no, unnest(diagnoses) AS code, generate_subscripts(diagnoses, 1) AS place FROM draft_fact)
    QUALIFY row_number() OVER (PARTITION BY claim_id, code ORDER BY line_no, place) = 1
)
GROUP BY claim_id;

-- one row per service line to build; a pointer to nothing becomes 0
CREATE OR REPLACE TEMP TABLE scrub_new_line AS
SELECT draft.claim_id, draft.line_no, draft.line_id, draft.charge_id, draft.procedure_code, draft.modifiers,
       CAST(list_transform(draft.diagnosis_pointers,
           lambda pointer: coalesce(list_position(claim.diagnoses, draft.diagnoses[pointer]), 0)) AS INTEGER[]) AS diagnosis_pointers,
       draft.units, draft.charge_cents, draft.place_of_service, draft.dos_from, draft.dos_to, draft.ndc, draft.ndc_quantity, draft.ndc_unit
FROM draft_fact AS draft
LEFT JOIN scrub_diagnoses AS claim USING (claim_id);

-- one row per claim to build, and per claim to record as voided
CREATE OR REPLACE TEMP TABLE scrub_new_claim AS
WITH header AS (
    SELECT charge.claim_id, arg_min(charge.practice_id, charge.charge_id) AS practice_id,
           arg_min(charge.encounter_id, charge.charge_id) AS encounter_id,
           arg_min(charge.group_no, charge.charge_id) AS group_no, arg_min(charge.provider_id, charge.charge_id) AS provider_id,
           arg_min(charge.location_id, charge.charge_id) AS location_id,
           arg_min(charge.place_of_service, charge.charge_id) AS raw_place_of_service, min(charge.dos_from) AS dos_from,
           max(charge.dos_to) AS dos_to, min(charge.entered_on) AS entered_on,
           CAST(count(*) FILTER (charge.is_active) AS INTEGER) AS lines,
           CAST(coalesce(sum(charge.charge_cents) FILTER (charge.is_active), 0) AS BIGINT) AS charge_cents
    FROM scrub_charge AS charge
    JOIN scrub_plan AS plan USING (claim_id)
    WHERE plan.action IN ('build', 'void') AND (charge.is_active OR plan.is_empty)
    GROUP BY charge.claim_id
), drafted AS (
    SELECT claim_id, arg_min(place_of_service, line_no) AS place_of_service, arg_min(referring_provider_id, line_no) AS referring_provider_id,
           arg_min(authorization_number, line_no) AS authorization_number
    FROM draft_fact GROUP BY claim_id
)
SELECT header.claim_id, header.practice_id, header.encounter_id, header.group_no, cover.patient_id, header.provider_id, header.location_id,
       drafted.referring_provider_id, cover.payer_id, cover.coverage_id, cover.payer_turn, cover.next_payer_id, cover.next_coverage_id,
       drafted.authorization_number, coalesce(drafted.place_of_service, header.raw_place_of_service) AS place_of_service,
       coalesce(claim.diagnoses, []) AS diagnoses, header.dos_from, header.dos_to, header.entered_on, header.lines, header.charge_cents
FROM header
JOIN scrub_cover AS cover USING (claim_id)
LEFT JOIN drafted USING (claim_id)
LEFT JOIN scrub_diagnoses AS claim USING (claim_id);

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
