-- fails with every month, practice and party whose closing A/R is not the sum of its ledger entries up to then
with control as (
    select roll.period_end, roll.practice_id, roll.party, roll.closing_amount, coalesce(sum(entry.amount), 0) as control_amount
    from {{ ref('ar_roll_forward') }} as roll
    left join {{ ref('stg_ledger__entry') }} as entry
        on entry.account = 'AR' and roll.practice_id = entry.practice_id and roll.party = entry.sub_account
        and entry.posted_on <= roll.period_end
    group by roll.period_end, roll.practice_id, roll.party, roll.closing_amount
)

select * from control where closing_amount <> control_amount
