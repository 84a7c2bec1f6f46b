-- one row per value of the dimension asked for: what was denied, what is open, what came back; most dollars first
WITH episode AS (
    SELECT CASE $by WHEN 'carc' THEN group_code || '-' || carc WHEN 'payer' THEN payer_id WHEN 'provider' THEN coalesce(provider_id, 'unknown')
                    WHEN 'procedure' THEN procedure_code WHEN 'root_cause' THEN root_cause_rules ELSE category END AS value,
           denied_amount, recovered_amount, outcome
    FROM drill.denial
    WHERE ($first_day IS NULL OR denied_on >= $first_day) AND ($last_day IS NULL OR denied_on <= $last_day)
  AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
  AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
), summed AS (
    SELECT value, count(*) AS denials, sum(denied_amount) AS denied_amount, count(*) FILTER (outcome = 'open') AS open_denials,
           coalesce(sum(denied_amount) FILTER (outcome = 'open'), 0) AS open_amount, sum(recovered_amount) AS recovered_amount
    FROM episode GROUP BY value
)
SELECT *, CASE WHEN sum(denied_amount) OVER () > 0 THEN CAST(denied_amount AS DOUBLE) / CAST(sum(denied_amount) OVER () AS DOUBLE) END AS share,
       CASE WHEN sum(denied_amount) OVER () > 0
            THEN CAST(sum(denied_amount) OVER (ORDER BY denied_amount DESC, value) AS DOUBLE) / CAST(sum(denied_amount) OVER () AS DOUBLE) END AS cumulative_share
FROM summed
ORDER BY denied_amount DESC, value
