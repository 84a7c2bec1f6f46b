-- one row when a further payer is responsible after this turn of a claim, as posting/match.sql finds it; none: the patient
SELECT ['secondary', 'tertiary'][turn_no - 1] AS turn, payer_id
FROM (
    SELECT 2 AS turn_no, next_payer_id AS payer_id FROM scrub.claim WHERE claim_id = $claim_id AND next_payer_id IS NOT NULL
    UNION ALL
    SELECT 3, payer_id FROM (
        SELECT coverage.payer_id, row_number() OVER (ORDER BY cob_order, coverage.coverage_id) AS place
        FROM scrub.claim AS claim JOIN front_office.current_coverage AS coverage
          ON coverage.patient_id = claim.patient_id AND claim.dos_from BETWEEN effective_from AND coalesce(effective_to, DATE '9999-12-31')
        WHERE claim.claim_id = $claim_id
    ) WHERE place = 3
)
WHERE turn_no > list_position(['primary', 'secondary', 'tertiary'], $turn)
ORDER BY turn_no LIMIT 1;
