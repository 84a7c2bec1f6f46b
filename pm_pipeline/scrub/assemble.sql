-- put claims together from the (fixed) drafts

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
