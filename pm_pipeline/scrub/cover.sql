-- one row per claim to build (or to record as voided): whose it is and who is asked to pay
CREATE OR REPLACE TEMP TABLE scrub_cover AS
WITH head AS (
    -- a claim with no charge in force keeps the header its charge rows give it
    SELECT charge.claim_id, arg_min(charge.patient_id, charge.charge_id) AS patient_id, min(charge.dos_from) AS dos_from,
           any_value(plan.was_adjudicated) AS was_adjudicated
    FROM scrub_charge AS charge
    JOIN scrub_plan AS plan USING (claim_id)
    WHERE plan.action IN ('build', 'void') AND (charge.is_active OR plan.is_empty)
    GROUP BY charge.claim_id
), in_force AS (
    SELECT head.claim_id, coverage.coverage_id, coverage.payer_id,
           row_number() OVER (PARTITION BY head.claim_id ORDER BY scrub.cover_order(coverage.cob_order, coverage.effective_from,
               coverage.coverage_id)) AS turn
    FROM head
    JOIN front_office.current_coverage AS coverage
      ON coverage.patient_id = head.patient_id AND head.dos_from BETWEEN coverage.effective_from AND coalesce(coverage.effective_to, head.dos_from)
), chosen AS (
    SELECT claim_id, max(payer_id) FILTER (turn = 1) AS payer_id, max(coverage_id) FILTER (turn = 1) AS coverage_id,
           max(payer_id) FILTER (turn = 2) AS next_payer_id, max(coverage_id) FILTER (turn = 2) AS next_coverage_id
    FROM in_force GROUP BY claim_id
), turn AS (
    SELECT head.claim_id, head.patient_id,
           -- the payer that adjudicated a claim gets its replacement too
           CASE WHEN head.was_adjudicated THEN known.payer_id ELSE chosen.payer_id END AS payer_id,
           CASE WHEN head.was_adjudicated THEN known.coverage_id ELSE chosen.coverage_id END AS coverage_id,
           CASE WHEN head.was_adjudicated THEN known.next_payer_id ELSE chosen.next_payer_id END AS next_payer_id,
           CASE WHEN head.was_adjudicated THEN known.next_coverage_id ELSE chosen.next_coverage_id END AS next_coverage_id,
           -- self-pay: a patient we know, with no insurance on record at all
           CASE WHEN head.was_adjudicated THEN known.payer_turn
                WHEN head.patient_id IN (SELECT patient_id FROM front_office.patient)
                     AND head.patient_id NOT IN (SELECT patient_id FROM front_office.current_coverage) THEN 'patient'
                ELSE 'primary' END AS payer_turn
    FROM head
    LEFT JOIN chosen USING (claim_id)
    LEFT JOIN scrub.claim AS known USING (claim_id)
)
SELECT turn.*, CASE WHEN payer_turn = 'patient' THEN 'self_pay' ELSE payer.payer_kind END AS payer_kind
FROM turn LEFT JOIN scrub_payer AS payer USING (payer_id);
