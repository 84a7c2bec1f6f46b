-- one row per KPI of open A/R, as-of day, practice, payer that owes and provider
with days as (
    select
        day.as_of_date, day.practice_id, day.payer_id, day.provider_id, sum(day.open_ar_gross_amount) as gross, sum(day.open_ar_netted_amount) as netted,
        sum(day.charges_amount) as charges
    from {{ ref('days_in_ar') }} as day
    inner join {{ ref('int_as_of') }} as as_of on day.as_of_date = as_of.as_of_date
    group by day.as_of_date, day.practice_id, day.payer_id, day.provider_id
),

aged as (
    select
        as_of_date, aging_base, practice_id, payer_id, provider_id,
        -- HFMA: billed A/R only, whatever the age counts from
        sum(case when bucket in ('91-120', '121+') then billed_amount else 0 end) as over_90,
        sum(case when bucket = '121+' then billed_amount else 0 end) as over_120,
        sum(billed_amount) as aged
    from {{ ref('ar_aging') }}
    group by as_of_date, aging_base, practice_id, payer_id, provider_id
)

select
    'days_in_ar_gross' as kpi, as_of_date, {{ plus_days('as_of_date', 1 - var('charge_window_days')) }} as period_start,
    as_of_date as period_end, practice_id, payer_id, provider_id, gross as numerator, charges / {{ var('charge_window_days') }} as denominator
from days
union all
select
    'days_in_ar_netted', as_of_date, {{ plus_days('as_of_date', 1 - var('charge_window_days')) }}, as_of_date,
    practice_id, payer_id, provider_id, netted, charges / {{ var('charge_window_days') }}
from days
union all
select 'aged_ar_over_90_' || aging_base, as_of_date, as_of_date, as_of_date, practice_id, payer_id, provider_id, over_90,
    aged from aged
union all
select 'aged_ar_over_120_' || aging_base, as_of_date, as_of_date, as_of_date, practice_id, payer_id, provider_id, over_120,
    aged from aged
