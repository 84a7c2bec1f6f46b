-- one row per denial rate, as-of day, practice, payer and provider, from what was known on that day
with answered as (
    select
        as_of.as_of_date, as_of.month_start_on, as_of.window_start_on, answer.practice_id, answer.payer_id, answer.provider_id,
        count(*) as answers, sum(answer.charge_amount) as charges,
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
    group by 1, 2, 3, 4, 5, 6
),

submitted as (
    select
        as_of.as_of_date, as_of.month_start_on, as_of.window_start_on, bill.practice_id, bill.payer_id, bill.provider_id,
        cast(count(*) as double) / 3 as claims, cast(sum(bill.charge_amount) as double) / 3 as charges
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_first_bill') }} as bill
        on bill.first_billed_on >= {{ plus_months('as_of.month_start_on', -3) }} and bill.first_billed_on < as_of.month_start_on
    where {{ plus_months('as_of.month_start_on', -3) }} >= {{ month_start('as_of.first_posted_on') }}
    group by 1, 2, 3, 4, 5, 6
)

select
    'initial_denial_rate_claims_by_remits' as kpi, as_of_date, window_start_on as period_start, as_of_date as period_end,
    practice_id, payer_id, provider_id, denied as numerator, answers as denominator
from answered
union all
select
    'initial_denial_rate_dollars_by_remits', as_of_date, window_start_on, as_of_date, practice_id, payer_id, provider_id, denied_charges,
    charges
from answered
-- what was denied in the month and what had been sent before it fall to payers and providers each for itself
union all
select
    'initial_denial_rate_claims_by_submissions', as_of_date, month_start_on, as_of_date, practice_id, payer_id, provider_id,
    denied_in_month, null
from answered
union all
select
    'initial_denial_rate_claims_by_submissions', as_of_date, month_start_on, as_of_date, practice_id, payer_id, provider_id, 0, claims
from submitted
union all
select
    'initial_denial_rate_dollars_by_submissions', as_of_date, month_start_on, as_of_date, practice_id, payer_id, provider_id,
    denied_charges_in_month, null
from answered
union all
select
    'initial_denial_rate_dollars_by_submissions', as_of_date, month_start_on, as_of_date, practice_id, payer_id, provider_id, 0, charges
from submitted
