-- claim_fact: one row per judged claim

-- one row per judged claim: the coverages on record for its patient, in the order in which they pay
CREATE OR REPLACE TEMP TABLE scrub_claim_coverages AS
SELECT claim.claim_id,
       list(struct_pack(coverage_id := coverage.coverage_id, payer_id := coverage.payer_id, payer_kind := payer.payer_kind,
           cob_order := coverage.cob_order, relationship := coverage.relationship, effective_from := coverage.effective_from,
           effective_to := coverage.effective_to,
           is_in_force := claim.dos_from BETWEEN coverage.effective_from AND coalesce(coverage.effective_to, claim.dos_from),
           is_billed := coverage.coverage_id IS NOT DISTINCT FROM claim.coverage_id)
           ORDER BY scrub.cover_order(coverage.cob_order, coverage.effective_from, coverage.coverage_id)) AS coverages,
       coalesce(list(payer.payer_kind ORDER BY scrub.cover_order(coverage.cob_order, coverage.effective_from, coverage.coverage_id))
           FILTER (payer.payer_kind IS NOT NULL AND claim.dos_from BETWEEN coverage.effective_from AND coalesce(coverage.effective_to, claim.dos_from)),
           []) AS kinds
FROM scrub_header AS claim
JOIN front_office.current_coverage AS coverage USING (patient_id)
LEFT JOIN scrub_payer AS payer ON payer.payer_id = coverage.payer_id
GROUP BY claim.claim_id;

-- one row per judged claim with an authorization on record for its patient and payer
CREATE OR REPLACE TEMP TABLE scrub_claim_authorizations AS
SELECT claim.claim_id,
       list(struct_pack(authorization_number := held.authorization_number, procedure_code := held.procedure_code, valid_from := held.valid_from,
           valid_to := held.valid_to, units_allowed := held.units_allowed,
           is_valid_on_dos := claim.dos_from >= held.valid_from AND claim.dos_to <= held.valid_to)
           ORDER BY held.valid_from, held.authorization_number) AS authorizations
FROM scrub_header AS claim
JOIN front_office.current_authorization AS held ON held.patient_id = claim.patient_id AND held.payer_id = claim.payer_id
GROUP BY claim.claim_id;

-- one row per diagnosis and first day of the judged claims: what the ICD-10-CM edition of that day says
CREATE OR REPLACE TEMP TABLE scrub_diagnosis_code AS
SELECT asked.code, asked.dos_from, edition.edition IS NOT NULL AS is_told, code.code IS NOT NULL AS is_known, code.is_billable
FROM (SELECT DISTINCT unnest(diagnoses) AS code, dos_from FROM scrub_header) AS asked
LEFT JOIN codes.edition_in_force AS edition ON edition.kind = 'icd10cm' AND asked.dos_from BETWEEN edition.edition AND edition.last_day
LEFT JOIN codes.icd10cm AS code ON code.code = asked.code AND code.edition = edition.edition;

-- one row per judged claim: its diagnoses
CREATE OR REPLACE TEMP TABLE scrub_claim_diagnoses AS
WITH named AS (
    SELECT claim_id, dos_from, unnest(diagnoses) AS code, generate_subscripts(diagnoses, 1) AS place FROM scrub_header
), pointed AS (
    SELECT claim_id, list_distinct(flatten(list(pointed_diagnoses))) AS codes FROM scrub_line GROUP BY claim_id
)
SELECT claim_id, list(struct_pack(place := place, code := named.code, is_pointed := list_contains(pointed.codes, named.code),
           is_known := CASE WHEN code.is_told THEN code.is_known END, is_billable := CASE WHEN code.is_known THEN code.is_billable END)
           ORDER BY place) AS diagnosis_rows
FROM named
JOIN pointed USING (claim_id)
JOIN scrub_diagnosis_code AS code ON code.code = named.code AND code.dos_from = named.dos_from
GROUP BY claim_id;

-- one row per judged claim
CREATE OR REPLACE TEMP TABLE claim_fact AS
WITH named AS (
    SELECT claim_id, list(procedure_code ORDER BY line_no) AS procedure_codes, count(DISTINCT patient_id) AS patients,
           count(DISTINCT provider_id) AS providers, count(DISTINCT location_id) AS locations,
           count(DISTINCT referring_provider_id) AS referring, count(DISTINCT authorization_number) AS authorizations,
           list(struct_pack(line_no := line_no, charge_id := charge_id, procedure_code := procedure_code, modifiers := modifiers,
               pointed_diagnoses := pointed_diagnoses, units := units, charge_cents := charge_cents, place_of_service := place_of_service,
               dos_from := dos_from) ORDER BY line_no) AS claim_lines
    FROM scrub_line GROUP BY claim_id
)
SELECT claim.claim_id, claim.encounter_id, claim.patient_id, claim.provider_id, claim.location_id, claim.referring_provider_id,
       claim.payer_id, CASE WHEN claim.payer_turn = 'patient' THEN 'self_pay' ELSE payer.payer_kind END AS payer_kind,
       claim.payer_id IS NULL OR payer.payer_id IS NOT NULL AS payer_is_known, claim.payer_turn, claim.next_payer_id,
       covered.claim_id IS NOT NULL AS has_coverages,
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
       judged.judged_on - (claim.dos_from + payer.timely_filing_days) AS days_past_filing_deadline,
       coalesce(standing.submissions, 0) AS submissions, named.patients AS patients_named, named.providers AS providers_named,
       named.locations AS locations_named, named.referring AS referring_named, named.authorizations AS authorizations_named,
       CASE WHEN standing.was_adjudicated THEN 'corrected' ELSE 'original' END AS claim_type, judged.judged_on,
       judged.judged_on - claim.dos_to AS days_since_service, payer.filing_indicator, next_payer.payer_kind AS next_payer_kind,
       coalesce(covered.kinds, []) AS payers_of_kinds, patient.state AS patient_state,
       regexp_full_match(patient.zip, '[0-9]{5}([0-9]{4})?') AND NOT regexp_full_match(patient.zip, '0+|1+|9+') AS patient_zip_is_valid,
       regexp_full_match(patient.last_name || patient.first_name, '[\p{L} .''-]+') AS patient_name_is_plain,
       claim.dos_from - patient.birth_date AS patient_age_days,
       CASE WHEN patient.patient_id IS NOT NULL THEN patient.deceased_on IS NOT NULL END AS patient_is_deceased,
       CASE WHEN coverage.relationship <> '18' THEN date_sub('year', coverage.subscriber_birth_date, claim.dos_from) END AS subscriber_age_years,
       coverage.effective_from AS coverage_effective_from, coverage.effective_to AS coverage_effective_to,
       CASE WHEN coverage.coverage_id IS NOT NULL THEN coalesce(coverage.effective_to >= claim.dos_from AND coverage.effective_to < claim.dos_to, false) END AS coverage_ends_before_dos_to,
       CASE WHEN coverage.coverage_id IS NOT NULL THEN coverage.group_number IS NOT NULL END AS group_number_is_given,
       length(coverage.member_id) AS member_id_length, rendering.taxonomy AS provider_taxonomy, rendering.npi_is_valid AS provider_npi_is_valid,
       referring.taxonomy AS referring_taxonomy, referring.npi = rendering.npi AS referring_is_rendering,
       coalesce(covered.coverages, []) AS coverages, coalesce(authorized.authorizations, []) AS authorizations,
       coalesce(diagnosed.diagnosis_rows, []) AS diagnosis_rows, named.claim_lines
FROM scrub_judged AS judged
JOIN scrub_header AS claim ON claim.claim_id = judged.claim_id
LEFT JOIN scrub_standing AS standing ON standing.claim_id = claim.claim_id
LEFT JOIN scrub_payer AS payer ON payer.payer_id = claim.payer_id
LEFT JOIN scrub_payer AS next_payer ON next_payer.payer_id = claim.next_payer_id
LEFT JOIN front_office.current_patient AS patient ON patient.patient_id = claim.patient_id
LEFT JOIN front_office.current_coverage AS coverage ON coverage.coverage_id = claim.coverage_id
LEFT JOIN scrub_provider AS rendering ON rendering.provider_id = claim.provider_id
LEFT JOIN scrub_provider AS referring ON referring.provider_id = claim.referring_provider_id
LEFT JOIN scrub_claim_coverages AS covered ON covered.claim_id = claim.claim_id
LEFT JOIN scrub_claim_authorizations AS authorized ON authorized.claim_id = claim.claim_id
LEFT JOIN scrub_claim_diagnoses AS diagnosed ON diagnosed.claim_id = claim.claim_id
JOIN named ON named.claim_id = claim.claim_id;
