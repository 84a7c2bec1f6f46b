-- one row per claim, charge, responsible party and payer, and stretch of days with one balance other than zero
-- the balance at the end of a day is the row with from_on <= day < until_on (until_on NULL: it still stands)
with daily as (
    select
        practice_id, provider_id, claim_id, charge_id, party, payer_id, posted_on,
        sum(amount) as amount, min(service_on) as service_on, min(case when amount > 0 then effective_on end) as responsible_on
    from {{ ref('int_ar_movement') }}
    group by practice_id, provider_id, claim_id, charge_id, party, payer_id, posted_on
),

running as (
    select
        practice_id, provider_id, claim_id, charge_id, party, payer_id, posted_on as from_on,
        lead(posted_on) over history as until_on,
        sum(amount) over history as balance_amount,
        min(service_on) over history as service_on,
        min(responsible_on) over history as responsible_on
    from daily
    window history as (partition by practice_id, provider_id, claim_id, charge_id, party, payer_id order by posted_on)
)

select
    running.practice_id, running.provider_id, running.claim_id, running.charge_id, running.party, running.payer_id,
    running.from_on, running.until_on, cast(running.balance_amount as decimal(18, 2)) as balance_amount, running.service_on,
    -- a payment posted on the claim as a whole has no debit of its own to take its start from
    coalesce(running.responsible_on, account.effective_on, running.service_on) as responsible_on
from running
left join {{ ref('int_claim_account') }} as account on running.claim_id = account.claim_id
where running.balance_amount <> 0
