-- one row per payer and provider: what it adds to one KPI on the as-of day; of a percentile its own, which adds up to nothing
WITH counted AS (
    SELECT payer_id, provider_id, days, sum(sum(items)) OVER (PARTITION BY payer_id, provider_id ORDER BY days) AS items_up_to,
           sum(sum(items)) OVER (PARTITION BY payer_id, provider_id) AS items
    FROM marts.kpi_spread
    WHERE kpi = regexp_replace($kpi, '_(median|p90)$', '_mean') AND as_of_date = $as_of
      AND ($practice IS NULL OR practice_id IN ($practice, 'all')) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
    GROUP BY payer_id, provider_id, days
)
SELECT payer_id, provider_id, sum(numerator) AS numerator, sum(denominator) AS denominator,
       CASE WHEN sum(denominator) > 0 THEN CAST(sum(numerator) AS DOUBLE) / CAST(sum(denominator) AS DOUBLE) END AS value
FROM marts.kpi_part
WHERE kpi = $kpi AND as_of_date = $as_of
  AND ($practice IS NULL OR practice_id IN ($practice, 'all')) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
GROUP BY payer_id, provider_id
UNION ALL
SELECT payer_id, provider_id, NULL, max(items), CAST(min(days) FILTER (items_up_to >= definition.percentile * items) AS DOUBLE)
FROM counted JOIN marts.definition AS definition ON definition.name = $kpi AND definition.percentile IS NOT NULL
GROUP BY payer_id, provider_id
ORDER BY numerator DESC NULLS LAST, denominator DESC, payer_id, provider_id
