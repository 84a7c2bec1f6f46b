-- one row per month, practice and responsible party: opening A/R, each kind of movement, closing A/R
with latest as (
    select as_of_date from {{ ref('int_as_of') }} where is_latest
),

moved as (
    select
        {{ month_start('posted_on') }} as month_on, practice_id, party, sum(amount) as amount,
        {{ total_where('amount', "movement = 'charge'") }} as charges_amount,
        {{ total_where('amount', "movement = 'responsibility'") }} as responsibility_amount,
        {{ total_where('amount', "movement = 'payment'") }} as payments_amount,
        {{ total_where('amount', "movement = 'contractual'") }} as contractual_amount,
        {{ total_where('amount', "movement = 'write_off'") }} as write_offs_amount,
        {{ total_where('amount', "movement = 'transfer'") }} as transfers_amount
    from {{ ref('int_ar_movement') }}
    group by 1, 2, 3
),

party as (
    select practice_id, party, min(month_on) as first_month_on from moved group by practice_id, party
),

month as (
    select distinct {{ month_start('as_of_date') }} as month_on from {{ ref('int_as_of') }}
),

closed as (
    select
        month.month_on, party.practice_id, party.party,
        coalesce(moved.charges_amount, 0) as charges_amount, coalesce(moved.responsibility_amount, 0) as responsibility_amount,
        coalesce(moved.payments_amount, 0) as payments_amount, coalesce(moved.contractual_amount, 0) as contractual_amount,
        coalesce(moved.write_offs_amount, 0) as write_offs_amount, coalesce(moved.transfers_amount, 0) as transfers_amount,
        coalesce(moved.amount, 0) as amount,
        sum(coalesce(moved.amount, 0)) over (partition by party.practice_id, party.party order by month.month_on) as closing_amount
    from month
    inner join party on month.month_on >= party.first_month_on
    left join moved on month.month_on = moved.month_on and party.practice_id = moved.practice_id and party.party = moved.party
)

select
    closed.month_on as period_start,
    least({{ month_end('closed.month_on') }}, latest.as_of_date) as period_end,
    closed.practice_id, closed.party,
    cast(closed.closing_amount - closed.amount as decimal(18, 2)) as opening_amount,
    closed.charges_amount, closed.responsibility_amount, closed.payments_amount, closed.contractual_amount,
    closed.write_offs_amount, closed.transfers_amount,
    cast(closed.closing_amount as decimal(18, 2)) as closing_amount,
    latest.as_of_date,
    'posted' as date_basis,
    case when closed.party in ('patient', 'collections') then 'patient' else 'all payers' end as payer_scope,
    {{ definition_version('ar_roll_forward') }} as definition_version
from closed cross join latest
