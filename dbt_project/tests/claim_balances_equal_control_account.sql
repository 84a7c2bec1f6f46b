-- fails when the balances of all claims are not the A/R control account (charges not yet made into claims set aside)
with control as (
    select coalesce(sum(entry.amount), 0) as amount
    from {{ ref('stg_ledger__entry') }} as entry
    inner join {{ ref('stg_scrub__claim') }} as claim on entry.claim_id = claim.claim_id
    where entry.account = 'AR'
),

published as (
    select coalesce(sum(balance_amount), 0) as amount from {{ ref('claim_status') }}
)

select * from control cross join published where control.amount <> published.amount
