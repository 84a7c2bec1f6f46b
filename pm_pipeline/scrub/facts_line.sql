-- line_fact: one row per line of a judged claim; what it does not say itself is the claim's

-- one row per patient with a judged line, where a rule asks for history: the patient's services, newest first. Each is put together
-- once, whoever asks for it; what payers said of it is kept with its day
CREATE OR REPLACE TEMP TABLE scrub_patient_history AS
WITH service AS (
    SELECT * FROM scrub_history WHERE $with_history
), denied AS (
    SELECT service.charge_id, list(struct_pack(carc := denial.carc, opened_on := denial.opened_on)) AS refusals
    FROM service JOIN receivables.denial AS denial
      ON denial.claim_id = service.claim_id AND coalesce(denial.charge_id, service.charge_id) = service.charge_id
    GROUP BY service.charge_id
), paid AS (
    SELECT charge_id, list(struct_pack(posted_on := posted_on, cents := cents)) AS payments
    FROM (SELECT charge_id, posted_on, CAST(-sum(cents) AS BIGINT) AS cents FROM ledger.entry SEMI JOIN service USING (charge_id)
          WHERE account = 'AR' AND entry_kind = 'payment' GROUP BY ALL)
    GROUP BY charge_id
)
-- each list is put into order once it is there: list(... ORDER BY ...) of wide rows takes three times as long
SELECT patient_id, list_select(services, list_grade_up(places)) AS services
FROM (
    SELECT service.patient_id, list(struct_pack(days := DATE '9999-12-31' - service.dos_from, charge_id := service.charge_id)) AS places,
           list(struct_pack(charge_id := service.charge_id, claim_id := service.claim_id, landed_on := service.landed_on, ended_on := service.ended_on,
           procedure_code := service.procedure_code, modifiers := service.modifiers,
           diagnoses := list_transform(service.diagnoses, lambda code: replace(code, '.', '')), units := service.units, charge_cents := service.charge_cents,
           dos_from := service.dos_from, provider_id := service.provider_id, provider_taxonomy := provider.taxonomy,
           place_of_service := service.place_of_service, payer_id := claim.payer_id, global_days := fee.global_days, refusals := denied.refusals,
           payments := paid.payments)) AS services
    FROM service
    LEFT JOIN scrub.claim AS claim ON claim.claim_id = service.claim_id
    LEFT JOIN scrub_provider AS provider ON provider.provider_id = service.provider_id
    LEFT JOIN codes.edition_in_force AS edition ON edition.kind = 'fee_indicators' AND service.dos_from BETWEEN edition.edition AND edition.last_day
    LEFT JOIN codes.fee_indicator AS fee ON fee.code = service.procedure_code AND fee.edition = edition.edition
    LEFT JOIN denied ON denied.charge_id = service.charge_id
    LEFT JOIN paid ON paid.charge_id = service.charge_id
    GROUP BY service.patient_id
);

-- one row per line: those services, as known when its claim is judged
CREATE OR REPLACE TEMP TABLE scrub_line_history AS
SELECT line.charge_id, list_transform(
    list_filter(services, lambda other: other.dos_from BETWEEN line.dos_from - 1096 AND line.dos_from AND other.charge_id <> line.charge_id
                                        AND other.landed_on <= line.known_on AND coalesce(other.ended_on > line.known_on, true))[:300],
    lambda other: struct_pack(charge_id := other.charge_id, claim_id := other.claim_id, is_same_claim := other.claim_id = line.claim_id,
        procedure_code := other.procedure_code, modifiers := other.modifiers, diagnoses := other.diagnoses, units := other.units,
        charge_cents := other.charge_cents, dos_from := other.dos_from, days_before := line.dos_from - other.dos_from, provider_id := other.provider_id,
        provider_taxonomy := other.provider_taxonomy, place_of_service := other.place_of_service, payer_id := other.payer_id,
        global_days := other.global_days,
        denied_carcs := CASE WHEN other.refusals IS NULL THEN [] ELSE list_sort(list_distinct(list_transform(
            list_filter(other.refusals, lambda one: one.opened_on < line.judged_on), lambda one: one.carc))) END,
        paid_cents := CASE WHEN other.payments IS NULL THEN 0 ELSE CAST(coalesce(list_sum(list_transform(
            list_filter(other.payments, lambda one: one.posted_on < line.judged_on), lambda one: one.cents)), 0) AS BIGINT) END)) AS history
FROM scrub_line AS line JOIN scrub_patient_history USING (patient_id);

-- a view: it is read once, and only the columns that a rule asks for
CREATE OR REPLACE TEMP VIEW line_fact AS
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
LEFT JOIN scrub_authorized_units AS used ON used.charge_id = line.charge_id AND used.known_on = line.known_on
LEFT JOIN scrub_earlier AS earlier ON earlier.patient_id = line.patient_id AND earlier.dos_from = line.dos_from AND earlier.known_on = line.known_on
LEFT JOIN scrub_same_day AS same_day
       ON same_day.patient_id = line.patient_id AND same_day.provider_id = line.provider_id AND same_day.dos_from = line.dos_from
      AND same_day.known_on = line.known_on
LEFT JOIN scrub_day_units AS day_units
       ON day_units.patient_id = line.patient_id AND day_units.provider_id = line.provider_id AND day_units.dos_from = line.dos_from
      AND day_units.known_on = line.known_on AND day_units.procedure_code = line.procedure_code
LEFT JOIN scrub_repeated AS repeated
       ON repeated.patient_id = line.patient_id AND repeated.provider_id = line.provider_id AND repeated.dos_from = line.dos_from
      AND repeated.procedure_code = line.charged_procedure AND repeated.modifier_set = line.modifier_set AND repeated.known_on = line.known_on
LEFT JOIN scrub_line_history AS history ON history.charge_id = line.charge_id
LEFT JOIN scrub_bundled AS bundled ON bundled.charge_id = line.charge_id
LEFT JOIN scrub_policed AS policed ON policed.charge_id = line.charge_id
JOIN claim_fact AS claim ON claim.claim_id = line.claim_id;  -- the widest comes last: what is joined after it costs more
