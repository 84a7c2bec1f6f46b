-- one row per payer and provider: what it adds to one KPI on the as-of day
SELECT payer_id, provider_id, numerator, denominator, CASE WHEN denominator > 0 THEN CAST(numerator AS DOUBLE) / CAST(denominator AS DOUBLE) END AS value
FROM marts.kpi_part
WHERE kpi = $kpi AND as_of_date = $as_of
  AND ($practice IS NULL OR practice_id IN ($practice, 'all')) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
ORDER BY numerator DESC, denominator DESC, payer_id, provider_id
