-- one row per charge row about to be loaded, with the claim of the loaded rows it names or is named by, and its group's lines so far
WITH fresh AS (
    SELECT intake_row.* FROM intake_row JOIN intake_judged USING (row_no) WHERE verdict = 'fresh'
), lines AS (
    SELECT encounter_id, entered_on, provider_id, location_id, count(*) AS lines_used
    FROM charges.charge AS charge
    SEMI JOIN fresh USING (encounter_id)
    WHERE NOT EXISTS (SELECT 1 FROM charges.charge AS original WHERE original.charge_id = charge.original_charge_id)
    GROUP BY ALL
)
SELECT fresh.charge_id, fresh.original_charge_id, fresh.encounter_id, fresh.entered_on, fresh.provider_id, fresh.location_id,
       coalesce(lines_used, 0), coalesce(original.claim_id, later.claim_id), coalesce(original.group_no, later.group_no)
FROM fresh
LEFT JOIN lines USING (encounter_id, entered_on, provider_id, location_id)
LEFT JOIN charges.charge AS original ON original.charge_id = fresh.original_charge_id
LEFT JOIN charges.charge AS later ON later.original_charge_id = fresh.charge_id
ORDER BY fresh.charge_id;
