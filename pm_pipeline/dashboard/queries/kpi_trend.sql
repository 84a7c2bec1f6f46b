-- one row per KPI and as-of day up to the one asked for: its value over the practices, payers and providers asked for
WITH counted AS (
    SELECT kpi, as_of_date, days, sum(sum(items)) OVER (PARTITION BY kpi, as_of_date ORDER BY days) AS items_up_to,
           sum(sum(items)) OVER (PARTITION BY kpi, as_of_date) AS items
    FROM marts.kpi_spread
    WHERE as_of_date <= $as_of AND ($kpi IS NULL OR kpi = regexp_replace($kpi, '_(median|p90)$', '_mean'))
      AND ($practice IS NULL OR practice_id IN ($practice, 'all')) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
    GROUP BY kpi, as_of_date, days
)
SELECT kpi, as_of_date, CASE WHEN sum(denominator) > 0 THEN CAST(sum(numerator) AS DOUBLE) / CAST(sum(denominator) AS DOUBLE) END AS value,
       sum(numerator) AS numerator, sum(denominator) AS denominator
FROM marts.kpi_part
WHERE as_of_date <= $as_of AND ($kpi IS NULL OR kpi = $kpi)
  AND ($practice IS NULL OR practice_id IN ($practice, 'all')) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
GROUP BY kpi, as_of_date
UNION ALL
SELECT definition.name, as_of_date, CAST(min(days) FILTER (items_up_to >= definition.percentile * items) AS DOUBLE), NULL, max(items)
FROM marts.definition AS definition JOIN counted ON counted.kpi = regexp_replace(definition.name, '_(median|p90)$', '_mean')
WHERE definition.percentile IS NOT NULL AND ($kpi IS NULL OR definition.name = $kpi)
GROUP BY definition.name, as_of_date
ORDER BY kpi, as_of_date
