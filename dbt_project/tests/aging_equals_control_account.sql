-- fails with every as-of day, practice and aging base whose buckets do not add up to the A/R control account
with control as (
    select as_of.as_of_date, entry.practice_id, sum(entry.amount) as control_amount
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('stg_ledger__entry') }} as entry on entry.posted_on <= as_of.as_of_date
    where entry.account = 'AR'
    group by as_of.as_of_date, entry.practice_id
),

expected as (
    select control.as_of_date, control.practice_id, control.control_amount, base.aging_base
    from control
    cross join (select 'service_date' as aging_base union all select 'first_bill' union all select 'responsibility_start') as base
),

aged as (
    select as_of_date, practice_id, aging_base, sum(balance_amount) as aged_amount
    from {{ ref('ar_aging') }}
    group by as_of_date, practice_id, aging_base
)

select *
from expected
full outer join aged using (as_of_date, practice_id, aging_base)
where coalesce(expected.control_amount, 0) <> coalesce(aged.aged_amount, 0)
