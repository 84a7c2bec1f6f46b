-- the parts of every KPI, added up over practices, payers and providers, are the KPI; of a percentile it is the items that are counted
with part as (
    select kpi, as_of_date, sum(numerator) as numerator, sum(denominator) as denominator from {{ ref('kpi_part') }} group by kpi, as_of_date
    union all
    select definition.name, spread.as_of_date, null, sum(spread.items)
    from {{ ref('kpi_spread') }} as spread
    inner join {{ ref('definition') }} as definition on spread.kpi = {{ mean_of('definition.name') }} and definition.statistic = 'percentile'
    group by definition.name, spread.as_of_date
)

select stated.kpi, stated.as_of_date, stated.numerator, part.numerator as numerator_of_parts
from {{ ref('kpi_summary') }} as stated
left join part on stated.kpi = part.kpi and stated.as_of_date = part.as_of_date
where abs(coalesce(stated.numerator, 0) - coalesce(part.numerator, 0)) > 0.00001
    or abs(coalesce(stated.denominator, 0) - coalesce(part.denominator, 0)) > 0.00001
