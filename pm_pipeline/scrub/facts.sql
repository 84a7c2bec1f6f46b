-- the documented relations (facts.yaml) of the claims in scrub_judged (scrub_header and scrub_said hold what they say)

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
       claim.payer_id, array_to_string(list_sort(charge.modifiers), ',') AS modifier_set, charge.procedure_code AS charged_procedure, judged.judged_on
FROM scrub_judged AS judged
JOIN scrub_header AS claim ON claim.claim_id = judged.claim_id
JOIN scrub_said AS line ON line.claim_id = judged.claim_id
JOIN charges.charge AS charge ON charge.charge_id = line.charge_id;

-- one row per active charge, of any claim and age, of a patient of a judged claim
CREATE OR REPLACE TEMP TABLE scrub_history AS
SELECT charge.charge_id, charge.claim_id, charge.patient_id, charge.provider_id, charge.procedure_code, charge.dos_from, charge.entered_on,
       charge.landed_on, charge.units, charge.authorization_number, charge.modifiers, charge.diagnoses, charge.charge_cents, charge.place_of_service,
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

-- one row per patient, provider, day and procedure: its units
CREATE OR REPLACE TEMP TABLE scrub_day_units AS
SELECT patient_id, provider_id, dos_from, procedure_code, sum(units) AS units
FROM scrub_history
SEMI JOIN (SELECT DISTINCT patient_id, provider_id, dos_from FROM scrub_line) USING (patient_id, provider_id, dos_from)
GROUP BY ALL;

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
                        AND coalesce(held.procedure_code, line.procedure_code) = line.procedure_code) AS that_fit,
       max(held.units_allowed) FILTER (held.authorization_number = line.authorization_number) AS units_allowed
FROM scrub_line AS line
JOIN front_office.current_authorization AS held ON held.patient_id = line.patient_id AND held.payer_id = line.payer_id
GROUP BY line.charge_id;

-- one row per charge that names an authorization: the units charged to it up to and with this one
CREATE OR REPLACE TEMP TABLE scrub_authorized_units AS
SELECT charge_id, sum(units) OVER (PARTITION BY patient_id, authorization_number ORDER BY dos_from, charge_id) AS units
FROM scrub_history WHERE authorization_number IS NOT NULL;
