-- the documented relations (facts.yaml) of the claims in scrub_judged: one row per claim, one row per line

-- one row per provider: the newest version, and whether its NPI passes the check digit (Luhn over 80840 + NPI)
CREATE OR REPLACE TEMP TABLE scrub_provider AS
SELECT *, regexp_full_match(npi, '[12][0-9]{9}') AND coalesce(list_sum(list_transform(string_split('80840' || npi, ''),
           lambda digit, place: CASE WHEN place % 2 = 0 THEN coalesce(try_cast(digit AS INTEGER), 0) * 2 - CASE WHEN digit > '4' THEN 9 ELSE 0 END
                                     ELSE coalesce(try_cast(digit AS INTEGER), 0) END)) % 10 = 0, false) AS npi_is_valid
FROM front_office.current_provider;

-- one row per line of a judged claim, as built
CREATE OR REPLACE TEMP TABLE scrub_line AS
SELECT line.*, charge.patient_id, charge.provider_id, charge.location_id, charge.referring_provider_id, charge.authorization_number,
       charge.entered_on, charge.landed_on, list_transform(list_filter(line.diagnosis_pointers, lambda pointer: pointer > 0),
           lambda pointer: claim.diagnoses[pointer]) AS pointed_diagnoses,
       CASE WHEN line.diagnosis_pointers[1] > 0 THEN claim.diagnoses[line.diagnosis_pointers[1]] END AS first_pointer_diagnosis,
       claim.payer_id, array_to_string(list_sort(charge.modifiers), ',') AS modifier_set, charge.procedure_code AS charged_procedure
FROM scrub_judged AS judged
JOIN scrub.claim AS claim ON claim.claim_id = judged.claim_id
JOIN scrub.claim_line AS line ON line.claim_id = judged.claim_id
JOIN charges.charge AS charge ON charge.charge_id = line.charge_id
WHERE claim.lines > 0;

-- one row per active charge, of any claim and age, of a patient of a judged claim
CREATE OR REPLACE TEMP TABLE scrub_history AS
SELECT charge.charge_id, charge.claim_id, charge.patient_id, charge.provider_id, charge.procedure_code, charge.dos_from, charge.entered_on,
       array_to_string(list_sort(charge.modifiers), ',') AS modifier_set
FROM charges.active_charge AS charge
WHERE charge.patient_id IN (SELECT DISTINCT patient_id FROM scrub_line);

-- one row per patient and day seen: on how many days of the three years before
CREATE OR REPLACE TEMP TABLE scrub_earlier AS
SELECT patient_id, dos_from, count(*) OVER (PARTITION BY patient_id ORDER BY dos_from
           RANGE BETWEEN INTERVAL 3 YEARS PRECEDING AND INTERVAL 1 DAY PRECEDING) AS earlier_visits_3y
FROM (SELECT DISTINCT patient_id, dos_from FROM scrub_history);

-- one row per patient, provider and day: the procedures of that day
CREATE OR REPLACE TEMP TABLE scrub_same_day AS
SELECT patient_id, provider_id, dos_from, list(DISTINCT procedure_code ORDER BY procedure_code) AS procedures
FROM scrub_history
SEMI JOIN (SELECT DISTINCT patient_id, provider_id, dos_from FROM scrub_line) USING (patient_id, provider_id, dos_from)
GROUP BY patient_id, provider_id, dos_from;

-- one row per service charged more than once, and the charge that stands: what was sent, else what was entered first
CREATE OR REPLACE TEMP TABLE scrub_repeated AS
SELECT patient_id, provider_id, procedure_code, modifier_set, dos_from,
       arg_min(charge_id, struct_pack(is_unsent := coalesce(submissions, 0) = 0, entered_on := entered_on, charge_id := charge_id)) AS first_charge_id
FROM (SELECT * FROM scrub_history
      SEMI JOIN (SELECT patient_id, provider_id, procedure_code, modifier_set, dos_from FROM scrub_history GROUP BY ALL HAVING count(*) > 1) AS twice
          USING (patient_id, provider_id, procedure_code, modifier_set, dos_from)) AS history
LEFT JOIN scrub_standing USING (claim_id)
GROUP BY patient_id, provider_id, procedure_code, modifier_set, dos_from;

-- one row per line with an authorization on file for its patient and payer
CREATE OR REPLACE TEMP TABLE scrub_authorized AS
SELECT line.charge_id, bool_or(held.authorization_number = line.authorization_number) AS is_on_file,
       bool_or(held.authorization_number = line.authorization_number AND line.dos_from >= held.valid_from AND line.dos_to <= held.valid_to) AS is_valid,
       count(*) FILTER (line.dos_from >= held.valid_from AND line.dos_to <= held.valid_to
                        AND coalesce(held.procedure_code, line.procedure_code) = line.procedure_code) AS that_fit
FROM scrub_line AS line
JOIN front_office.current_authorization AS held ON held.patient_id = line.patient_id AND held.payer_id = line.payer_id
GROUP BY line.charge_id;

-- one row per judged claim
CREATE OR REPLACE TEMP TABLE claim_fact AS
WITH named AS (
    SELECT claim_id, list(procedure_code ORDER BY line_no) AS procedure_codes, count(DISTINCT patient_id) AS patients,
           count(DISTINCT provider_id) AS providers, count(DISTINCT location_id) AS locations,
           count(DISTINCT referring_provider_id) AS referring, count(DISTINCT authorization_number) AS authorizations
    FROM scrub_line GROUP BY claim_id
)
SELECT claim.claim_id, claim.encounter_id, claim.patient_id, claim.provider_id, claim.location_id, claim.referring_provider_id,
       claim.payer_id, CASE WHEN claim.payer_turn = 'patient' THEN 'self_pay' ELSE payer.payer_kind END AS payer_kind,
       claim.payer_id IS NULL OR payer.payer_id IS NOT NULL AS payer_is_known, claim.payer_turn, claim.next_payer_id,
       claim.patient_id IN (SELECT patient_id FROM front_office.current_coverage) AS has_coverages,
       claim.coverage_id IS NOT NULL AS coverage_is_in_force, coverage.relationship AS coverage_relationship, coverage.member_id,
       regexp_full_match(coverage.member_id, payer.member_id_pattern) AS member_id_fits_pattern,
       coverage.relationship = '18' OR (coverage.subscriber_last_name IS NOT NULL AND coverage.subscriber_first_name IS NOT NULL
           AND coverage.subscriber_birth_date IS NOT NULL AND coverage.subscriber_sex IS NOT NULL) AS subscriber_is_complete,
       patient.patient_id IS NOT NULL AS patient_is_known, patient.sex AS patient_sex, patient.birth_date AS patient_birth_date,
       date_sub('year', patient.birth_date, claim.dos_from) AS patient_age_years,
       coalesce(rendering.role = 'rendering', false) AS provider_is_known,
       CASE WHEN rendering.role = 'rendering'
            THEN claim.dos_from >= rendering.active_from AND claim.dos_to <= coalesce(rendering.active_to, claim.dos_to) END AS provider_is_active_on_dos,
       claim.referring_provider_id IS NOT NULL AS referring_is_named,
       CASE WHEN claim.referring_provider_id IS NOT NULL THEN referring.provider_id IS NOT NULL END AS referring_is_known,
       referring.npi_is_valid AS referring_npi_is_valid, claim.authorization_number, claim.place_of_service, claim.diagnoses,
       len(claim.diagnoses) AS diagnosis_count, named.procedure_codes, claim.dos_from, claim.dos_to, claim.entered_on, claim.lines,
       claim.charge_cents, claim.dos_from + payer.timely_filing_days AS timely_filing_deadline,
       CAST($today AS DATE) - (claim.dos_from + payer.timely_filing_days) AS days_past_filing_deadline,
       coalesce(standing.submissions, 0) AS submissions, named.patients AS patients_named, named.providers AS providers_named,
       named.locations AS locations_named, named.referring AS referring_named, named.authorizations AS authorizations_named
FROM scrub_judged AS judged
JOIN scrub.claim AS claim ON claim.claim_id = judged.claim_id
JOIN named ON named.claim_id = claim.claim_id
LEFT JOIN scrub_standing AS standing ON standing.claim_id = claim.claim_id
LEFT JOIN scrub_payer AS payer ON payer.payer_id = claim.payer_id
LEFT JOIN front_office.current_patient AS patient ON patient.patient_id = claim.patient_id
LEFT JOIN front_office.current_coverage AS coverage ON coverage.coverage_id = claim.coverage_id
LEFT JOIN scrub_provider AS rendering ON rendering.provider_id = claim.provider_id
LEFT JOIN scrub_provider AS referring ON referring.provider_id = claim.referring_provider_id;

-- one row per line of a judged claim; what it does not say itself is the claim's
CREATE OR REPLACE TEMP TABLE line_fact AS
SELECT line.line_no, line.line_id, line.charge_id, line.procedure_code, line.modifiers, line.diagnosis_pointers, line.pointed_diagnoses,
       line.first_pointer_diagnosis, line.units, line.charge_cents, line.place_of_service,
       place.place_of_service IS NOT NULL AS place_of_service_is_known, place.is_facility AS place_of_service_is_facility,
       line.dos_from, line.dos_to, line.entered_on, greatest(line.dos_to, line.entered_on) - line.landed_on AS days_ahead,
       line.dos_from - claim.patient_birth_date AS days_since_birth,
       line.dos_to - patient.deceased_on AS days_since_death, line.ndc, line.ndc_quantity, line.ndc_unit, line.authorization_number,
       CASE WHEN line.authorization_number IS NOT NULL THEN coalesce(authorized.is_on_file, false) END AS authorization_is_on_file,
       CASE WHEN line.authorization_number IS NOT NULL THEN coalesce(authorized.is_valid, false) END AS authorization_is_valid_on_dos,
       coalesce(authorized.that_fit, 0) AS authorizations_that_fit, coalesce(earlier.earlier_visits_3y, 0) AS earlier_visits_3y,
       coalesce(same_day.procedures, [line.procedure_code]) AS same_day_procedures,
       CASE WHEN repeated.first_charge_id <> line.charge_id THEN repeated.first_charge_id END AS duplicate_of_charge_id,
       claim.* EXCLUDE (authorization_number, place_of_service, dos_from, dos_to, entered_on, charge_cents)
FROM scrub_line AS line
JOIN claim_fact AS claim ON claim.claim_id = line.claim_id
LEFT JOIN codes.place_of_service AS place ON place.place_of_service = line.place_of_service
LEFT JOIN front_office.current_patient AS patient ON patient.patient_id = line.patient_id
LEFT JOIN scrub_authorized AS authorized ON authorized.charge_id = line.charge_id
LEFT JOIN scrub_earlier AS earlier ON earlier.patient_id = line.patient_id AND earlier.dos_from = line.dos_from
LEFT JOIN scrub_same_day AS same_day
       ON same_day.patient_id = line.patient_id AND same_day.provider_id = line.provider_id AND same_day.dos_from = line.dos_from
LEFT JOIN scrub_repeated AS repeated
       ON repeated.patient_id = line.patient_id AND repeated.provider_id = line.provider_id AND repeated.dos_from = line.dos_from
      AND repeated.procedure_code = line.charged_procedure AND repeated.modifier_set = line.modifier_set;
