-- one row per KPI: what it is, and its value on the as-of day over the practices, payers and providers asked for
WITH part AS (
    SELECT kpi, min(period_start) AS period_start, max(period_end) AS period_end, sum(numerator) AS numerator, sum(denominator) AS denominator
    FROM marts.kpi_part
    WHERE as_of_date = $as_of
      AND ($practice IS NULL OR practice_id IN ($practice, 'all')) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
    GROUP BY kpi
)
SELECT definition.name AS kpi, definition.meaning, definition.unit, definition.date_basis, definition.definition_version,
       coalesce(part.period_start, stated.period_start) AS period_start, coalesce(part.period_end, stated.period_end) AS period_end,
       part.numerator, part.denominator, CASE WHEN part.denominator > 0 THEN CAST(part.numerator AS DOUBLE) / CAST(part.denominator AS DOUBLE) END AS value, stated.note
FROM marts.definition AS definition
LEFT JOIN part ON part.kpi = definition.name
LEFT JOIN marts.kpi_summary AS stated ON stated.kpi = definition.name AND stated.as_of_date = $as_of
WHERE definition.kind = 'kpi' AND ($kpi IS NULL OR definition.name = $kpi)
