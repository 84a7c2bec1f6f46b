-- one row per KPI: what it is, and its value on the as-of day over the practices, payers and providers asked for
WITH part AS (
    SELECT kpi, sum(numerator) AS numerator, sum(denominator) AS denominator
    FROM marts.kpi_part
    WHERE as_of_date = $as_of
      AND ($practice IS NULL OR practice_id IN ($practice, 'all')) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
    GROUP BY kpi
), counted AS (
    SELECT kpi, days, sum(sum(items)) OVER (PARTITION BY kpi ORDER BY days) AS items_up_to, sum(sum(items)) OVER (PARTITION BY kpi) AS items
    FROM marts.kpi_spread
    WHERE as_of_date = $as_of
      AND ($practice IS NULL OR practice_id IN ($practice, 'all')) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
    GROUP BY kpi, days
), percentile AS (
    SELECT definition.name AS kpi, max(items) AS items, min(days) FILTER (items_up_to >= definition.percentile * items) AS value
    FROM marts.definition AS definition JOIN counted ON counted.kpi = regexp_replace(definition.name, '_(median|p90)$', '_mean')
    WHERE definition.percentile IS NOT NULL GROUP BY definition.name
)
SELECT definition.name AS kpi, definition.family, definition.meaning, definition.counts, definition.out_of, definition.unit, definition.statistic, definition.date_basis,
       definition.definition_version, stated.period_start, stated.period_end, part.numerator, coalesce(part.denominator, percentile.items) AS denominator,
       CASE WHEN definition.statistic = 'percentile' THEN percentile.value
            WHEN part.denominator > 0 THEN CAST(part.numerator AS DOUBLE) / CAST(part.denominator AS DOUBLE) END AS value, stated.note
FROM marts.definition AS definition
LEFT JOIN part ON part.kpi = definition.name
LEFT JOIN percentile ON percentile.kpi = definition.name
LEFT JOIN marts.kpi_summary AS stated ON stated.kpi = definition.name AND stated.as_of_date = $as_of
WHERE definition.kind = 'kpi' AND ($kpi IS NULL OR definition.name = $kpi)
