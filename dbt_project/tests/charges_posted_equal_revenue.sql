-- fails with every day and practice whose charges on A/R are not the gross revenue posted
select posted_on, practice_id, sum(amount) as difference
from (
    select posted_on, practice_id, amount from {{ ref('int_ar_movement') }} where movement in ('charge', 'responsibility')
    union all
    select posted_on, practice_id, amount from {{ ref('stg_ledger__entry') }} where account = 'REVENUE_GROSS'
) as both_sides
group by posted_on, practice_id
having sum(amount) <> 0
