-- fails with every practice whose charges in force (not voided, not replaced) are not the gross revenue in the ledger
with in_force as (
    select charge.practice_id, charge.charge_amount as amount
    from {{ ref('stg_charges__charge') }} as charge
    left join {{ ref('stg_charges__charge') }} as later on charge.charge_id = later.original_charge_id
    where charge.action <> 'void' and later.charge_id is null
)

select practice_id, sum(amount) as difference
from (
    select practice_id, amount from in_force
    union all
    select practice_id, amount from {{ ref('stg_ledger__entry') }} where account = 'REVENUE_GROSS'
) as both_sides
group by practice_id
having sum(amount) <> 0
