-- line_fact: one row per line of a judged claim; what it does not say itself is the claim's

-- one row per line: the patient's other services, where a rule asks for them
CREATE OR REPLACE TEMP TABLE scrub_line_history AS
WITH pair AS (
    SELECT line.charge_id AS of_charge_id, line.claim_id AS of_claim_id, line.dos_from - other.dos_from AS days_before, other.*, line.judged_on
    FROM scrub_line AS line
    JOIN scrub_history AS other ON other.patient_id = line.patient_id AND other.dos_from BETWEEN line.dos_from - 1096 AND line.dos_from
     AND other.charge_id <> line.charge_id AND other.landed_on <= line.judged_on
    WHERE $with_history
    QUALIFY row_number() OVER (PARTITION BY line.charge_id ORDER BY other.dos_from DESC, other.charge_id) <= 300
), asked AS (
    SELECT DISTINCT charge_id, claim_id, judged_on FROM pair
), denied AS (
    SELECT asked.charge_id, asked.judged_on, list(DISTINCT denial.carc ORDER BY denial.carc) AS carcs
    FROM asked JOIN receivables.denial AS denial
      ON denial.claim_id = asked.claim_id AND coalesce(denial.charge_id, asked.charge_id) = asked.charge_id AND denial.opened_on < asked.judged_on
    GROUP BY ALL
), paid AS (
    SELECT asked.charge_id, asked.judged_on, CAST(-sum(entry.cents) AS BIGINT) AS cents
    FROM asked JOIN ledger.entry AS entry ON entry.charge_id = asked.charge_id AND entry.account = 'AR' AND entry.entry_kind = 'payment'
     AND entry.posted_on < asked.judged_on
    GROUP BY ALL
), fee AS (
    SELECT code, global_days FROM codes.fee_indicator QUALIFY row_number() OVER (PARTITION BY code ORDER BY edition DESC) = 1
)
SELECT pair.of_charge_id AS charge_id, list(struct_pack(charge_id := pair.charge_id, claim_id := pair.claim_id,
           is_same_claim := pair.claim_id = pair.of_claim_id, procedure_code := pair.procedure_code, modifiers := pair.modifiers,
           diagnoses := list_transform(pair.diagnoses, lambda code: replace(code, '.', '')), units := pair.units, charge_cents := pair.charge_cents,
           dos_from := pair.dos_from, days_before := pair.days_before, provider_id := pair.provider_id,
           provider_taxonomy := provider.taxonomy, place_of_service := pair.place_of_service, payer_id := claim.payer_id,
           global_days := fee.global_days, denied_carcs := coalesce(denied.carcs, []), paid_cents := coalesce(paid.cents, 0))
           ORDER BY pair.dos_from DESC, pair.charge_id) AS history
FROM pair
LEFT JOIN scrub.claim AS claim ON claim.claim_id = pair.claim_id
LEFT JOIN scrub_provider AS provider ON provider.provider_id = pair.provider_id
LEFT JOIN fee ON fee.code = pair.procedure_code
LEFT JOIN denied ON denied.charge_id = pair.charge_id AND denied.judged_on = pair.judged_on
LEFT JOIN paid ON paid.charge_id = pair.charge_id AND paid.judged_on = pair.judged_on
GROUP BY pair.of_charge_id;

CREATE OR REPLACE TEMP TABLE line_fact AS
SELECT line.line_no, line.line_id, line.charge_id, line.procedure_code, line.modifiers, line.diagnosis_pointers, line.pointed_diagnoses,
       line.first_pointer_diagnosis, line.units, line.charge_cents, line.place_of_service,
       place.place_of_service IS NOT NULL OR line.place_of_service IN (SELECT code FROM codes.pos) AS place_of_service_is_known, place.is_facility AS place_of_service_is_facility,
       line.dos_from, line.dos_to, line.entered_on, greatest(line.dos_to, line.entered_on) - line.landed_on AS days_ahead,
       line.dos_from - claim.patient_birth_date AS days_since_birth,
       line.dos_to - patient.deceased_on AS days_since_death, line.ndc, line.ndc_quantity, line.ndc_unit, line.authorization_number,
       CASE WHEN line.authorization_number IS NOT NULL THEN coalesce(authorized.is_on_file, false) END AS authorization_is_on_file,
       CASE WHEN line.authorization_number IS NOT NULL THEN coalesce(authorized.is_valid, false) END AS authorization_is_valid_on_dos,
       coalesce(authorized.that_fit, 0) AS authorizations_that_fit, coalesce(earlier.earlier_visits_3y, 0) AS earlier_visits_3y,
       coalesce(same_day.procedures, [line.procedure_code]) AS same_day_procedures,
       CASE WHEN repeated.first_charge_id <> line.charge_id THEN repeated.first_charge_id END AS duplicate_of_charge_id,
       coalesce(history.history, []) AS history, coalesce(day_units.units, line.units) AS units_same_day,
       CASE WHEN authorized.is_on_file THEN used.units END AS units_on_authorization, authorized.units_allowed AS authorization_units_allowed,
       code.* EXCLUDE (code, dos_from), coalesce(bundled.bundles, []) AS bundles, coalesce(policed.coverage_policies, []) AS coverage_policies,
       claim.* EXCLUDE (authorization_number, place_of_service, dos_from, dos_to, entered_on, charge_cents)
FROM scrub_line AS line
JOIN scrub_procedure AS code ON code.code = line.procedure_code AND code.dos_from = line.dos_from
LEFT JOIN codes.place_of_service AS place ON place.place_of_service = line.place_of_service
LEFT JOIN front_office.current_patient AS patient ON patient.patient_id = line.patient_id
LEFT JOIN scrub_authorized AS authorized ON authorized.charge_id = line.charge_id
LEFT JOIN scrub_authorized_units AS used ON used.charge_id = line.charge_id
LEFT JOIN scrub_earlier AS earlier ON earlier.patient_id = line.patient_id AND earlier.dos_from = line.dos_from
LEFT JOIN scrub_same_day AS same_day
       ON same_day.patient_id = line.patient_id AND same_day.provider_id = line.provider_id AND same_day.dos_from = line.dos_from
LEFT JOIN scrub_day_units AS day_units
       ON day_units.patient_id = line.patient_id AND day_units.provider_id = line.provider_id AND day_units.dos_from = line.dos_from
      AND day_units.procedure_code = line.procedure_code
LEFT JOIN scrub_repeated AS repeated
       ON repeated.patient_id = line.patient_id AND repeated.provider_id = line.provider_id AND repeated.dos_from = line.dos_from
      AND repeated.procedure_code = line.charged_procedure AND repeated.modifier_set = line.modifier_set
LEFT JOIN scrub_line_history AS history ON history.charge_id = line.charge_id
LEFT JOIN scrub_bundled AS bundled ON bundled.charge_id = line.charge_id
LEFT JOIN scrub_policed AS policed ON policed.charge_id = line.charge_id
JOIN claim_fact AS claim ON claim.claim_id = line.claim_id;  -- the widest comes last: what is joined after it costs more
