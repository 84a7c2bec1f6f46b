-- one row per denial rate and as-of day, from what was known on that day
with answered as (
    select
        as_of.as_of_date, count(*) as answers, sum(answer.charge_amount) as charges,
        {{ count_where('denied.remit_claim_id is not null') }} as denied,
        {{ total_where('answer.charge_amount', 'denied.remit_claim_id is not null') }} as denied_charges,
        {{ count_where('denied.remit_claim_id is not null and answer.remit_on >= as_of.month_start_on') }} as denied_in_month,
        {{ total_where('answer.charge_amount', 'denied.remit_claim_id is not null and answer.remit_on >= as_of.month_start_on') }}
            as denied_charges_in_month
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_first_answer') }} as answer
        on answer.posted_on <= as_of.as_of_date and answer.remit_on between as_of.window_start_on and as_of.as_of_date
    left join {{ ref('int_denied_answer') }} as denied
        on answer.remit_claim_id = denied.remit_claim_id and not denied.is_duplicate and denied.opened_on <= as_of.as_of_date
    group by as_of.as_of_date
),

submitted as (
    select
        as_of.as_of_date, cast(count(*) as double) / 3 as claims, cast(sum(bill.charge_amount) as double) / 3 as charges
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_first_bill') }} as bill
        on bill.first_billed_on >= {{ plus_months('as_of.month_start_on', -3) }} and bill.first_billed_on < as_of.month_start_on
    where {{ plus_months('as_of.month_start_on', -3) }} >= {{ month_start('as_of.first_posted_on') }}
    group by as_of.as_of_date
),

stated as (
    select
        as_of.as_of_date, as_of.month_start_on, as_of.window_start_on, answered.answers, answered.charges, answered.denied,
        answered.denied_charges, answered.denied_in_month, answered.denied_charges_in_month,
        submitted.claims as submitted_claims, submitted.charges as submitted_charges
    from {{ ref('int_as_of') }} as as_of
    inner join answered on as_of.as_of_date = answered.as_of_date
    left join submitted on as_of.as_of_date = submitted.as_of_date
)

select
    'initial_denial_rate_claims_by_remits' as kpi, as_of_date, window_start_on as period_start, as_of_date as period_end,
    denied as numerator, answers as denominator
from stated
union all
select 'initial_denial_rate_dollars_by_remits', as_of_date, window_start_on, as_of_date, denied_charges, charges from stated
union all
select
    'initial_denial_rate_claims_by_submissions', as_of_date, month_start_on, as_of_date, denied_in_month, submitted_claims
from stated
union all
select
    'initial_denial_rate_dollars_by_submissions', as_of_date, month_start_on, as_of_date, denied_charges_in_month, submitted_charges
from stated
