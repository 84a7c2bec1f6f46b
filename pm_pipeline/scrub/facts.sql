-- the documented relations (facts.yaml) of the claims in scrub_judged (scrub_header and scrub_said hold what they say)

-- one row per provider: the newest version, and whether its NPI passes the check digit (Luhn over 80840 + NPI)
CREATE OR REPLACE TEMP TABLE scrub_provider AS
SELECT *, regexp_full_match(npi, '[12][0-9]{9}') AND coalesce(list_sum(list_transform(string_split('80840' || npi, ''),
           lambda digit, place: CASE WHEN place % 2 = 0 THEN coalesce(try_cast(digit AS INTEGER), 0) * 2 - CASE WHEN digit > '4' THEN 9 ELSE 0 END
                                     ELSE coalesce(try_cast(digit AS INTEGER), 0) END)) % 10 = 0, false) AS npi_is_valid
FROM front_office.current_provider;

-- one row per line of a judged claim, as built. known_on: what had landed by then is known when it is judged; that is the day of
-- judging, or later where a day is judged again that knew less than the claim itself says
CREATE OR REPLACE TEMP TABLE scrub_line AS
SELECT line.*, charge.patient_id, charge.provider_id, charge.location_id, charge.referring_provider_id, charge.authorization_number,
       charge.entered_on, charge.landed_on, list_transform(list_filter(line.diagnosis_pointers, lambda pointer: pointer > 0),
           lambda pointer: claim.diagnoses[pointer]) AS pointed_diagnoses,
       CASE WHEN line.diagnosis_pointers[1] > 0 THEN claim.diagnoses[line.diagnosis_pointers[1]] END AS first_pointer_diagnosis,
       claim.payer_id, array_to_string(list_sort(charge.modifiers), ',') AS modifier_set, charge.procedure_code AS charged_procedure, judged.judged_on,
       greatest(judged.judged_on, max(charge.landed_on) OVER (PARTITION BY line.claim_id)) AS known_on
FROM scrub_judged AS judged
JOIN scrub_header AS claim ON claim.claim_id = judged.claim_id
JOIN scrub_said AS line ON line.claim_id = judged.claim_id
JOIN charges.charge AS charge ON charge.charge_id = line.charge_id;

-- one row per charge, of any claim and age, of a patient of a judged claim; ended_on: a correction or void of it landed, NULL: in force
CREATE OR REPLACE TEMP TABLE scrub_history AS
SELECT charge.charge_id, charge.claim_id, charge.patient_id, charge.provider_id, charge.procedure_code, charge.dos_from, charge.entered_on,
       charge.landed_on, later.landed_on AS ended_on, charge.units, charge.authorization_number, charge.modifiers, charge.diagnoses, charge.charge_cents,
       charge.place_of_service, array_to_string(list_sort(charge.modifiers), ',') AS modifier_set
FROM charges.charge AS charge
LEFT JOIN charges.charge AS later ON later.original_charge_id = charge.charge_id
WHERE charge.action <> 'void' AND charge.patient_id IN (SELECT DISTINCT patient_id FROM scrub_line);

-- one row per charge and day on which a claim of its patient is judged: those in force by then
CREATE OR REPLACE TEMP TABLE scrub_known AS
SELECT history.*, asked.known_on
FROM (SELECT DISTINCT patient_id, known_on FROM scrub_line) AS asked
JOIN scrub_history AS history
  ON history.patient_id = asked.patient_id AND history.landed_on <= asked.known_on AND coalesce(history.ended_on > asked.known_on, true);

-- one row per patient and day seen: on how many days of the three years before
CREATE OR REPLACE TEMP TABLE scrub_earlier AS
SELECT patient_id, dos_from, known_on, count(*) OVER (PARTITION BY patient_id, known_on ORDER BY dos_from
           RANGE BETWEEN INTERVAL 3 YEARS PRECEDING AND INTERVAL 1 DAY PRECEDING) AS earlier_visits_3y
FROM (SELECT DISTINCT patient_id, dos_from, known_on FROM scrub_known);

-- one row per charge of the patient, provider and day of a judged line
CREATE OR REPLACE TEMP TABLE scrub_day AS
SELECT * FROM scrub_known
SEMI JOIN (SELECT DISTINCT patient_id, provider_id, dos_from, known_on FROM scrub_line) USING (patient_id, provider_id, dos_from, known_on);

-- one row per patient, provider and day: the procedures of that day
CREATE OR REPLACE TEMP TABLE scrub_same_day AS
SELECT patient_id, provider_id, dos_from, known_on, list(DISTINCT procedure_code ORDER BY procedure_code) AS procedures
FROM scrub_day
GROUP BY patient_id, provider_id, dos_from, known_on;

-- one row per patient, provider, day and procedure: its units
CREATE OR REPLACE TEMP TABLE scrub_day_units AS
SELECT patient_id, provider_id, dos_from, known_on, procedure_code, sum(units) AS units FROM scrub_day GROUP BY ALL;

-- one row per service charged more than once, and the charge that stands: what was sent, else what was entered first
CREATE OR REPLACE TEMP TABLE scrub_repeated AS
SELECT patient_id, provider_id, procedure_code, modifier_set, dos_from, known_on,
       arg_min(charge_id, struct_pack(is_unsent := coalesce(sent_on > known_on, true), entered_on := entered_on, charge_id := charge_id)) AS first_charge_id
FROM scrub_day
LEFT JOIN scrub_standing USING (claim_id)
GROUP BY patient_id, provider_id, procedure_code, modifier_set, dos_from, known_on
HAVING count(*) > 1;

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
SELECT charge_id, known_on, sum(units) OVER (PARTITION BY patient_id, authorization_number, known_on ORDER BY dos_from, charge_id) AS units
FROM scrub_known WHERE authorization_number IS NOT NULL;
