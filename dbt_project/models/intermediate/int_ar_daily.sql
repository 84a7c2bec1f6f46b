-- one row per day, practice, payer and provider on which A/R moved: by how much, and the gross charges posted
-- a claim's balance with one party is a debit or a credit as a whole; credits are kept apart and never netted
with account_day as (
    select
        practice_id, provider_id, claim_id, party, payer_id, posted_on, sum(amount) as amount,
        sum(case when movement in ('charge', 'responsibility') then amount else 0 end) as charges_amount
    from {{ ref('int_ar_movement') }}
    group by practice_id, provider_id, claim_id, party, payer_id, posted_on
),

running as (
    select *, sum(amount) over (partition by practice_id, provider_id, claim_id, party, payer_id order by posted_on) as balance_amount
    from account_day
)

select
    posted_on, practice_id, payer_id, provider_id,
    {{ total('amount') }} as change_amount,
    {{ total('greatest(balance_amount, 0) - greatest(balance_amount - amount, 0)') }} as debit_change_amount,
    {{ total('charges_amount') }} as charges_amount
from running
group by posted_on, practice_id, payer_id, provider_id
