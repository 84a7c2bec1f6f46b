-- one row per as-of day, practice, payer that owes and provider: open A/R and the charges of the 90 days before
with pair as (
    select practice_id, payer_id, provider_id, min(posted_on) as first_posted_on
    from {{ ref('int_ar_daily') }}
    group by practice_id, payer_id, provider_id
),

day as (
    {{ calendar_days('(select min(first_posted_on) from pair)',
                     '(select as_of_date from ' ~ ref('int_as_of') ~ ' where is_latest)') }}
),

filled as (
    select
        day.day_on, pair.practice_id, pair.payer_id, pair.provider_id,
        coalesce(moved.change_amount, 0) as change_amount, coalesce(moved.debit_change_amount, 0) as debit_change_amount,
        coalesce(moved.charges_amount, 0) as charges_amount
    from day
    inner join pair on day.day_on >= pair.first_posted_on
    left join {{ ref('int_ar_daily') }} as moved
        on day.day_on = moved.posted_on and pair.practice_id = moved.practice_id and pair.payer_id = moved.payer_id
        and pair.provider_id = moved.provider_id
),

stated as (
    select
        day_on, practice_id, payer_id, provider_id,
        cast(sum(debit_change_amount) over (partition by practice_id, payer_id, provider_id order by day_on) as decimal(18, 2))
            as open_ar_gross_amount,
        cast(sum(change_amount) over (partition by practice_id, payer_id, provider_id order by day_on) as decimal(18, 2))
            as open_ar_netted_amount,
        cast(sum(charges_amount) over (
            partition by practice_id, payer_id, provider_id
            order by day_on rows between {{ var('charge_window_days') - 1 }} preceding and current row
        ) as decimal(18, 2)) as charges_amount
    from filled
)

select
    day_on as as_of_date, practice_id, payer_id, provider_id,
    open_ar_gross_amount, open_ar_netted_amount,
    cast(open_ar_gross_amount - open_ar_netted_amount as decimal(18, 2)) as credit_balance_amount,
    charges_amount,
    {{ days_in_ar('open_ar_gross_amount', 'payer_id') }} as days_in_ar_gross,
    {{ days_in_ar('open_ar_netted_amount', 'payer_id') }} as days_in_ar_netted,
    {{ plus_days('day_on', 1 - var('charge_window_days')) }} as period_start,
    day_on as period_end,
    'posted' as date_basis,
    {{ payer_scope('payer_id') }} as payer_scope,
    {{ definition_version('days_in_ar') }} as definition_version
from stated
