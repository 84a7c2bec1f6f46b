-- which claims may have to be built or built again, their charges, and whether those changed since the claim was last built

-- one row per charge file not yet made into claims
CREATE OR REPLACE TEMP TABLE scrub_fresh_file AS
SELECT DISTINCT file_id FROM charges.charge ANTI JOIN scrub.charge_file USING (file_id);

-- one row per candidate claim; state NULL: never seen before
CREATE OR REPLACE TEMP TABLE scrub_candidate AS
WITH candidate AS (
    SELECT claim_id FROM charges.charge SEMI JOIN scrub_fresh_file USING (file_id)
    UNION
    SELECT claim_id FROM scrub_standing
    WHERE state IN ('held', 'released', 'rejected') OR (state = 'suspended' AND NOT was_adjudicated)
       OR (is_waiting AND state NOT IN (SELECT state FROM scrub_state_group WHERE state_group = 'in_flight'))
    UNION
    -- insurance that covers the day has become known; one that starts later says nothing about a visit already billed
    SELECT claim.claim_id
    FROM scrub_standing AS standing
    JOIN scrub.claim AS claim ON claim.claim_id = standing.claim_id
    JOIN front_office.current_coverage AS coverage
      ON coverage.patient_id = claim.patient_id AND claim.dos_from BETWEEN coverage.effective_from AND coalesce(coverage.effective_to, claim.dos_from)
    WHERE standing.state = 'self_pay'
    UNION
    -- a person took back a fix of what was billed to the patient
    SELECT standing.claim_id
    FROM scrub_standing AS standing
    SEMI JOIN scrub.withdrawal AS back ON back.claim_id = standing.claim_id
    ANTI JOIN scrub_patient_billed AS billed ON billed.claim_id = standing.claim_id
    WHERE standing.state = 'self_pay'
)
SELECT claim_id, standing.state, coalesce(state_group.state_group, '') AS state_group, standing.version, standing.seq,
       coalesce(standing.submissions, 0) AS submissions, coalesce(standing.was_adjudicated, false) AS was_adjudicated
FROM candidate
LEFT JOIN scrub_standing AS standing USING (claim_id)
LEFT JOIN scrub_state_group AS state_group ON state_group.state = standing.state;

-- one row per charge row of a candidate claim, whatever its action
CREATE OR REPLACE TEMP TABLE scrub_charge AS
SELECT charge.*, active.charge_id IS NOT NULL AS is_active
FROM charges.charge AS charge
SEMI JOIN scrub_candidate AS candidate ON candidate.claim_id = charge.claim_id
LEFT JOIN (SELECT charge_id FROM charges.active_charge SEMI JOIN scrub_candidate USING (claim_id)) AS active
       ON active.charge_id = charge.charge_id;

-- one row per candidate claim: what to do with it
CREATE OR REPLACE TEMP TABLE scrub_plan AS
WITH charged AS (
    SELECT claim_id, coalesce(list(charge_id ORDER BY charge_id) FILTER (is_active), []) AS charge_ids
    FROM scrub_charge GROUP BY claim_id
), known AS (
    SELECT claim.claim_id,
           CASE WHEN any_value(claim.lines) = 0 THEN [] ELSE list(line.charge_id ORDER BY line.charge_id) END AS charge_ids
    FROM scrub.claim AS claim
    SEMI JOIN scrub_candidate AS candidate ON candidate.claim_id = claim.claim_id
    LEFT JOIN scrub.claim_line AS line ON line.claim_id = claim.claim_id
    GROUP BY claim.claim_id
), compared AS (
    SELECT candidate.*, charged.charge_ids, known.claim_id IS NOT NULL AS is_known,
           charged.charge_ids IS DISTINCT FROM known.charge_ids AS has_changed_charges, len(charged.charge_ids) = 0 AS is_empty
    FROM scrub_candidate AS candidate
    JOIN charged USING (claim_id)
    LEFT JOIN known USING (claim_id)
)
SELECT *, CASE
    WHEN state_group = 'in_flight' THEN CASE WHEN has_changed_charges THEN 'wait' ELSE 'leave' END
    WHEN is_empty AND state = 'voided' THEN 'leave'
    WHEN is_empty AND NOT was_adjudicated THEN 'void'
    WHEN is_empty AND has_changed_charges THEN 'empty'
    WHEN is_empty THEN 'leave'
    WHEN state_group = 'adjudicated' AND was_adjudicated AND NOT has_changed_charges THEN 'leave'
    ELSE 'build' END AS action,
    CAST(NULL AS DATE) AS known_by  -- all that is known counts; a back-test looks at a day of the past
FROM compared;
