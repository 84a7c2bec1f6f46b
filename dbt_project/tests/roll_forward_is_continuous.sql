-- fails with every month, practice and party that does not open with what the month before closed with
with chained as (
    select *, lag(closing_amount) over (partition by practice_id, party order by period_start) as closed_before
    from {{ ref('ar_roll_forward') }}
)

select * from chained where opening_amount <> coalesce(closed_before, 0)
