-- one row per KPI and as-of day (every month end and the latest day), over all practices and payers
with summed as (
    select kpi, as_of_date, cast(sum(numerator) as decimal(20, 6)) as numerator, cast(sum(denominator) as decimal(20, 6)) as denominator
    from {{ ref('kpi_part') }}
    group by kpi, as_of_date
),

counted as (
    select
        kpi, as_of_date, days, cast(sum(sum(items)) over (partition by kpi, as_of_date order by days) as bigint) as items_up_to,
        cast(sum(sum(items)) over (partition by kpi, as_of_date) as bigint) as items
    from {{ ref('kpi_spread') }}
    group by kpi, as_of_date, days
),

-- the fewest days within which the share of the items was done
percentile as (
    select
        definition.name as kpi, counted.as_of_date, cast(null as decimal(20, 6)) as numerator,
        cast(max(counted.items) as decimal(20, 6)) as denominator,
        cast(min(case when counted.items_up_to >= definition.percentile * counted.items then counted.days end) as double) as value
    from {{ ref('definition') }} as definition
    inner join counted on {{ mean_of('definition.name') }} = counted.kpi
    where definition.percentile is not null
    group by definition.name, counted.as_of_date
),

stated as (
    select kpi, as_of_date, numerator, denominator, {{ ratio('numerator', 'denominator') }} as value from summed
    union all
    select kpi, as_of_date, numerator, denominator, value from percentile
)

select
    definition.name as kpi, as_of.as_of_date, as_of.is_latest, span.start_on as period_start, span.end_on as period_end,
    stated.numerator, stated.denominator, stated.value, definition.unit,
    case
        when definition.span = 'ninety_days' and span.start_on < as_of.first_posted_on then 'less than 90 days of history'
        when definition.span = 'mature_months' and stated.kpi is null then 'no month of service is 120 days old yet'
        when definition.name like '%by_submissions' and stated.denominator is null then 'less than 3 months of submissions before'
        when not coalesce(stated.denominator > 0, false) then 'nothing to count'
    end as note,
    definition.date_basis,
    'all' as payer_scope,
    definition.definition_version
from {{ ref('definition') }} as definition
cross join {{ ref('int_as_of') }} as as_of
inner join {{ ref('kpi_span') }} as span on definition.span = span.span and as_of.as_of_date = span.as_of_date
left join stated on definition.name = stated.kpi and as_of.as_of_date = stated.as_of_date
where definition.kind = 'kpi'
