-- one row per KPI made of a balance, as-of day, practice, payer that owes and provider; what an average day brings stands in int_kpi__events
with days as (
    select
        day.as_of_date, day.practice_id, day.payer_id, day.provider_id, sum(day.open_ar_gross_amount) as gross,
        sum(day.open_ar_netted_amount) as netted, sum(day.credit_balance_amount) as credit
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
{%- for kpi, amount in [('days_in_ar_gross', 'gross'), ('days_in_ar_netted', 'netted'), ('credit_balance_days', 'credit')] %}

select '{{ kpi }}' as kpi, as_of_date, practice_id, payer_id, provider_id, {{ amount }} as numerator, null as denominator from days
union all
{%- endfor %}
select 'aged_ar_over_90_' || aging_base, as_of_date, practice_id, payer_id, provider_id, over_90, aged from aged
union all
select 'aged_ar_over_120_' || aging_base, as_of_date, practice_id, payer_id, provider_id, over_120, aged from aged
union all
select 'unapplied_cash_days', as_of.as_of_date, entry.practice_id, entry.payer_id, null, -sum(entry.amount), null
from {{ ref('int_as_of') }} as as_of
inner join {{ ref('int_off_ar_entry') }} as entry on entry.account = 'UNAPPLIED' and entry.posted_on <= as_of.as_of_date
group by as_of.as_of_date, entry.practice_id, entry.payer_id
