-- fails with every as-of day, practice, payer, provider and party whose total differs between aging bases
with based as (
    select
        as_of_date, practice_id, payer_id, provider_id, party, aging_base, sum(balance_amount) as amount, sum(billed_amount) as billed,
        sum(balances) as balances
    from {{ ref('ar_aging') }}
    group by as_of_date, practice_id, payer_id, provider_id, party, aging_base
)

select as_of_date, practice_id, payer_id, provider_id, party
from based
group by as_of_date, practice_id, payer_id, provider_id, party
having count(*) <> 3 or min(amount) <> max(amount) or min(billed) <> max(billed)
    or min(balances) <> max(balances)
