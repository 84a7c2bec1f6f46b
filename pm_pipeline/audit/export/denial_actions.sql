-- one row per thing a person did about a denial in the period
SELECT action.*, denial.claim_id, denial.charge_id
FROM receivables.denial_action AS action LEFT JOIN receivables.denial USING (denial_id)
WHERE acted_on BETWEEN $first AND $last ORDER BY seq;
