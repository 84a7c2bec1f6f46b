-- fails with every KPI and as-of day whose parts do not add up to what kpi_summary states
with parts as (
    select kpi, as_of_date, sum(numerator) as numerator, sum(denominator) as denominator from {{ ref('kpi_part') }} group by kpi, as_of_date
)

select stated.kpi, stated.as_of_date
from {{ ref('kpi_summary') }} as stated
left join parts on stated.kpi = parts.kpi and stated.as_of_date = parts.as_of_date
where abs(coalesce(stated.numerator, 0) - coalesce(parts.numerator, 0)) > 0.00001
    or abs(coalesce(stated.denominator, 0) - coalesce(parts.denominator, 0)) > 0.00001
