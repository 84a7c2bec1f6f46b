-- one row per KPI and as-of day up to the one asked for: its value over the practices, payers and providers asked for
SELECT kpi, as_of_date, CASE WHEN sum(denominator) > 0 THEN CAST(sum(numerator) AS DOUBLE) / CAST(sum(denominator) AS DOUBLE) END AS value,
       sum(numerator) AS numerator, sum(denominator) AS denominator
FROM marts.kpi_part
WHERE as_of_date <= $as_of AND ($kpi IS NULL OR kpi = $kpi)
  AND ($practice IS NULL OR practice_id IN ($practice, 'all')) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
GROUP BY kpi, as_of_date
ORDER BY kpi, as_of_date
