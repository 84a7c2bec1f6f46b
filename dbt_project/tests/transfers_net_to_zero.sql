-- fails with every day and practice whose moves between parties do not cancel out: a transfer is no payment
select posted_on, practice_id, movement, sum(amount) as difference
from {{ ref('int_ar_movement') }}
where movement in ('transfer', 'responsibility')
group by posted_on, practice_id, movement
having sum(amount) <> 0
