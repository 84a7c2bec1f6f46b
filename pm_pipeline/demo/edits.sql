-- what the edits found of the mistakes the sandbox planted in charges and registration (planted: item_id, stage, code, fixed_on;
-- edit_by_patient: edits that go by what a registration says), and
-- which claims they hold though nothing is wrong with them

-- one row per claim and item of it or of its patient that a mistake may have been planted in
CREATE OR REPLACE TEMP TABLE edits_item AS
WITH charged AS (
    SELECT claim_id, charge_id, encounter_id, patient_id FROM charges.charge
)
SELECT claim_id, charge_id AS item_id FROM charged
UNION
SELECT claim_id, patient_id FROM charged
UNION
SELECT claim_id, coverage_id FROM charged JOIN (SELECT DISTINCT patient_id, coverage_id FROM front_office.coverage) USING (patient_id)
UNION
SELECT claim_id, 'AU-' || patient_id FROM charged;  -- what the sandbox calls an authorization, which may be yet to come

-- one row per edit with a planted mistake: how many, how many of these it found, and which not
CREATE OR REPLACE TEMP TABLE edits_found AS
WITH registered AS (
    SELECT patient_id, min(landed_on) AS registered_on FROM front_office.patient JOIN transport.file USING (file_id) GROUP BY 1
), judged AS (
    -- from when an edit could see it: its claim was put together; and its patient known, for those that go by what a registration says
    SELECT item.item_id, min(event.happened_on) AS judged_on, min(greatest(event.happened_on, registered_on)) AS known_on
    FROM edits_item AS item JOIN scrub.claim_event AS event USING (claim_id)
    JOIN scrub.claim USING (claim_id) LEFT JOIN registered USING (patient_id)
    GROUP BY item.item_id
), told AS (
    SELECT planted.code, planted.item_id, bool_or(found.rule_id IS NOT NULL) AS is_found,
           any_value(planted.fixed_on <= CASE WHEN planted.code IN (SELECT rule_id FROM edit_by_patient) THEN known_on ELSE judged_on END) AS was_right_in_time  -- put right before that
    FROM planted
    JOIN judged USING (item_id)
    LEFT JOIN edits_item AS item ON item.item_id = planted.item_id
    LEFT JOIN scrub.edit_finding AS found ON found.claim_id = item.claim_id AND found.rule_id = planted.code
    WHERE planted.stage IN ('scrub', 'warning')
    GROUP BY planted.code, planted.item_id
)
SELECT code, count(*) AS planted, count(*) FILTER (is_found) AS found, coalesce(list(item_id ORDER BY item_id) FILTER (NOT is_found), []) AS missing
FROM told
WHERE is_found OR NOT coalesce(was_right_in_time, false)
GROUP BY code;

-- one row per claim that an edit has held and that no mistake of any kind touches; charges of its visit that could not be loaded do
CREATE OR REPLACE TEMP TABLE edits_false_hold AS
SELECT found.claim_id, list(DISTINCT found.rule_id ORDER BY found.rule_id) AS rules
FROM scrub.edit_finding AS found
WHERE found.severity = 'hold'
  AND NOT EXISTS (SELECT 1 FROM edits_item AS item JOIN planted USING (item_id) WHERE item.claim_id = found.claim_id)
  AND NOT EXISTS (SELECT 1 FROM charges.charge JOIN planted ON starts_with(planted.item_id, charge.encounter_id || '-') WHERE charge.claim_id = found.claim_id)
GROUP BY found.claim_id;
