-- fails with every day and practice whose contractual movements on A/R are not what the account CONTRACTUAL took
-- (a write-off to another account must not lower the denominator of the net collection rate)
select posted_on, practice_id, sum(amount) as difference
from (
    select posted_on, practice_id, amount from {{ ref('int_ar_movement') }} where movement = 'contractual'
    union all
    select posted_on, practice_id, amount from {{ ref('stg_ledger__entry') }} where account = 'CONTRACTUAL'
) as both_sides
group by posted_on, practice_id
having sum(amount) <> 0
