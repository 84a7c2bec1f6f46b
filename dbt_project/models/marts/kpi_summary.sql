-- one row per KPI and as-of day (every month end and the latest day), over all practices and payers
with stated as (
    select
        kpi, as_of_date, min(period_start) as period_start, max(period_end) as period_end,
        cast(sum(numerator) as decimal(20, 6)) as numerator, cast(sum(denominator) as decimal(20, 6)) as denominator
    from {{ ref('kpi_part') }}
    group by kpi, as_of_date
)

select
    definition.name as kpi, as_of.as_of_date, as_of.is_latest,
    coalesce(stated.period_start, as_of.as_of_date) as period_start,
    coalesce(stated.period_end, as_of.as_of_date) as period_end,
    stated.numerator, stated.denominator,
    {{ ratio('stated.numerator', 'stated.denominator') }} as value,
    definition.unit,
    case
        when definition.unit = 'days' and stated.period_start < as_of.first_posted_on then 'less than 90 days of history'
        when definition.name = 'net_collection_rate_matched' and stated.kpi is null then 'no month of service is 120 days old yet'
        when definition.name like '%by_submissions' and stated.denominator is null then 'less than 3 months of submissions before'
        when not coalesce(stated.denominator > 0, false) then 'nothing to count'
    end as note,
    definition.date_basis,
    'all' as payer_scope,
    definition.definition_version
from {{ ref('definition') }} as definition
cross join {{ ref('int_as_of') }} as as_of
left join stated on definition.name = stated.kpi and as_of.as_of_date = stated.as_of_date
where definition.kind = 'kpi'
