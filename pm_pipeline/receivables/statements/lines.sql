-- what patients owe at the end of $today: patient_line, one row per claim and charge; patient_money, one row per payment or credit of theirs
-- that may pay it; patient_guarantor, one row per claim of either, or for which somebody stopped statements

-- A/R of every claim on which a patient owes something. A claim where something stands on it as a whole is one item: no one can say
-- which of its charges that is for
CREATE OR REPLACE TEMP TABLE patient_entry AS
WITH owing AS (
    SELECT DISTINCT claim_id FROM receivables.balances(CAST($today AS DATE)) WHERE party = 'patient' AND balance_cents > 0 AND claim_id IS NOT NULL
), whole AS (
    SELECT DISTINCT claim_id FROM receivables.balances(CAST($today AS DATE)) WHERE charge_id IS NULL
)
SELECT claim_id, charge_id, concat_ws(' ', claim_id, charge_id) AS item_id, party, * EXCLUDE (claim_id, charge_id, party)
FROM (
    SELECT entry.claim_id, CASE WHEN whole.claim_id IS NULL THEN entry.charge_id END AS charge_id, sub_account AS party, entry_kind, cents, service_on,
           effective_on, posted_on, recorded_at
    FROM ledger.entry AS entry JOIN owing USING (claim_id) LEFT JOIN whole USING (claim_id)
    WHERE account = 'AR' AND posted_on <= CAST($today AS DATE)
);

-- money of patients that may pay what they owe, by the claim it is on: paid and not allocated yet, or a credit
CREATE OR REPLACE TEMP TABLE patient_money AS
SELECT paid.claim_id, 'PATIENT_MONEY_WAITING' AS code, concat(paid.action_id, ' ', dollars(paid.cents - coalesce(given.cents, 0) - coalesce(after.cents, 0))) AS evidence
FROM receivables.money_state AS paid
LEFT JOIN (
    SELECT txn_key, sum(entry.cents) AS cents FROM ledger.txn JOIN ledger.entry USING (txn_id) WHERE account = 'UNAPPLIED' AND starts_with(txn_key, 'money:') GROUP BY 1
) AS given ON given.txn_key = concat('money:', paid.action_id, ':allocation')
LEFT JOIN (
    SELECT of_action_id, sum(cents) AS cents FROM receivables.money_state WHERE state <> 'refused' GROUP BY 1
) AS after ON after.of_action_id = paid.action_id
WHERE paid.event = 'patient_payment' AND paid.state = 'posted' AND paid.cents - coalesce(given.cents, 0) - coalesce(after.cents, 0) > 0
UNION ALL
SELECT claim_id, 'PATIENT_CREDIT', concat('claim ', claim_id, ' ', dollars(balance_cents))
FROM receivables.balances(CAST($today AS DATE)) WHERE party = 'patient' AND balance_cents < 0;

-- who answers for each claim: the patient; for one who was not of age on the day of service the subscriber of the claim's coverage,
-- else of another in force that day, else the parent or guardian, whoever that is
CREATE OR REPLACE TEMP TABLE patient_guarantor AS
WITH wanted AS (
    SELECT claim.claim_id, claim.patient_id, claim.coverage_id, claim.dos_from, patient.* EXCLUDE (patient_id, updated_on, file_id, row_no, run_id),
           patient.birth_date + to_years(CAST($adult_age AS INTEGER)) > claim.dos_from AS is_minor
    FROM scrub.claim AS claim LEFT JOIN front_office.current_patient AS patient USING (patient_id)
    WHERE claim.claim_id IN (SELECT claim_id FROM patient_entry UNION ALL SELECT claim_id FROM patient_money
                             UNION ALL SELECT claim_id FROM receivables.open_statement_stop)
), cover AS (
    SELECT coverage_id, patient_id, subscriber_last_name, subscriber_first_name, subscriber_line1, subscriber_city, subscriber_state, subscriber_zip,
           cob_order, effective_from, effective_to, min(known.guarantor_id) OVER same AS known_id, min(coverage_id) OVER same AS first_id
    FROM front_office.current_coverage AS coverage LEFT JOIN receivables.guarantor AS known USING (coverage_id)
    WHERE relationship IN ('19', 'G8') AND subscriber_last_name IS NOT NULL AND subscriber_first_name IS NOT NULL AND subscriber_birth_date IS NOT NULL
    WINDOW same AS (PARTITION BY upper(subscriber_last_name), upper(subscriber_first_name), subscriber_birth_date, left(subscriber_zip, 5),
                    CASE WHEN subscriber_zip IS NULL THEN coverage.patient_id END)  -- without an address only one patient's own
), named AS (
    SELECT wanted.claim_id, cover.* EXCLUDE (patient_id)
    FROM wanted JOIN cover ON cover.patient_id = wanted.patient_id AND wanted.is_minor
     AND wanted.dos_from BETWEEN cover.effective_from AND coalesce(cover.effective_to, wanted.dos_from)
    QUALIFY row_number() OVER (PARTITION BY wanted.claim_id ORDER BY cover.coverage_id = wanted.coverage_id DESC,
                               scrub.cover_order(cover.cob_order, cover.effective_from, cover.coverage_id)) = 1
)
SELECT claim_id, patient_id, last_name IS NULL AS is_unregistered, deceased_on, concat_ws(' ', first_name, last_name, suffix) AS patient_name,
       CASE WHEN named.coverage_id IS NOT NULL THEN 'subscriber' WHEN is_minor THEN 'guardian' ELSE 'patient' END AS guarantor_kind,
       CASE guarantor_kind WHEN 'subscriber' THEN coalesce(named.known_id, short_id('G', named.first_id)) WHEN 'guardian' THEN short_id('G', patient_id)
            ELSE patient_id END AS guarantor_id,
       named.coverage_id AS guarantor_coverage_id,
       CASE guarantor_kind WHEN 'subscriber' THEN concat_ws(' ', subscriber_first_name, subscriber_last_name)
            WHEN 'guardian' THEN concat('PARENT OR GUARDIAN OF ', patient_name) ELSE patient_name END AS name,
       coalesce(subscriber_line1, line1) AS line1, CASE WHEN subscriber_line1 IS NULL THEN line2 END AS line2, coalesce(subscriber_city, city) AS city,
       coalesce(subscriber_state, state) AS state, coalesce(subscriber_zip, zip) AS zip
FROM wanted LEFT JOIN named USING (claim_id);

-- what is owed, what became of the charge, since when it is the patient's, and when its dunning cycle began: when the patient came to
-- owe it, or paid last on the claim. A balance that fell to zero and came back the same day (a correction) has not been away
CREATE OR REPLACE TEMP TABLE patient_line AS
WITH money AS (
    SELECT item_id, claim_id, charge_id, min(service_on) AS service_on,
           coalesce(sum(cents) FILTER (entry_kind = 'charge'), 0) AS charge_cents,
           -coalesce(sum(cents) FILTER (entry_kind IN ('payment', 'takeback', 'refund') AND party NOT IN ('patient', 'collections')), 0) AS insurance_cents,
           -coalesce(sum(cents) FILTER (entry_kind IN ('payment', 'takeback', 'refund') AND party IN ('patient', 'collections')), 0) AS patient_cents,
           coalesce(sum(cents) FILTER (party = 'patient'), 0) AS due_cents, sum(cents) AS open_cents
    FROM patient_entry GROUP BY ALL
), moved AS (
    SELECT item_id, posted_on, sum(cents) AS cents, min(effective_on) FILTER (cents > 0) AS effective_on, min(recorded_at) AS recorded_at
    FROM patient_entry WHERE party = 'patient' GROUP BY ALL
), stood AS (
    SELECT *, sum(cents) OVER (PARTITION BY item_id ORDER BY posted_on) AS after FROM moved
), rise AS (
    SELECT item_id, arg_max(effective_on, posted_on) AS responsible_on, max(recorded_at) AS owed_since
    FROM stood WHERE after > 0 AND after - cents <= 0 GROUP BY 1
), paid AS (
    SELECT claim_id, max(recorded_at) AS paid_at FROM patient_entry WHERE party = 'patient' AND entry_kind = 'payment' AND cents < 0 GROUP BY 1
)
SELECT money.item_id, money.claim_id, money.charge_id, guarantor.* EXCLUDE (claim_id), coalesce(money.service_on, claim.dos_from) AS service_on,
       charge.procedure_code, concat_ws(' ', provider.first_name, provider.last_name) AS provider_name, CAST(money.charge_cents AS BIGINT) AS charge_cents,
       CAST(insurance_cents AS BIGINT) AS insurance_cents, CAST(patient_cents AS BIGINT) AS patient_cents, CAST(due_cents AS BIGINT) AS due_cents,
       CAST(money.charge_cents - insurance_cents - patient_cents - open_cents AS BIGINT) AS adjusted_cents, rise.responsible_on,
       greatest(rise.owed_since, coalesce(paid.paid_at, rise.owed_since)) AS cycle_since
FROM money
JOIN patient_guarantor AS guarantor USING (claim_id)
JOIN scrub.claim AS claim USING (claim_id)
JOIN rise USING (item_id)
LEFT JOIN paid ON paid.claim_id = money.claim_id
LEFT JOIN charges.charge AS charge ON charge.charge_id = money.charge_id
LEFT JOIN front_office.current_provider AS provider ON provider.provider_id = claim.provider_id
WHERE due_cents > 0;
