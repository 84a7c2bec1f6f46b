-- one row per claim the ledger knows: whose claim it is, and the payer its charges stand with (the patient when nobody else)
-- a charge that was corrected or voided says nothing of the claim any more, unless it is all the claim ever had
with charged as (
    select
        entry.claim_id, entry.charge_id, entry.provider_id, {{ owing_payer('entry.sub_account', 'entry.payer_id') }} as payer_id,
        sum(entry.amount) as amount, max(entry.posted_on) as last_posted_on, min(entry.service_on) as service_on,
        min(entry.effective_on) as effective_on
    from {{ ref('stg_ledger__entry') }} as entry
    inner join {{ ref('entry_kind') }} as kind on entry.entry_kind = kind.entry_kind
    where entry.account = 'AR' and entry.claim_id is not null and kind.movement in ('charge', 'responsibility')
    group by 1, 2, 3, 4
),

held as (
    select
        claim_id, payer_id, provider_id, sum(amount) as amount, max(last_posted_on) as last_posted_on,
        min(case when amount <> 0 then service_on end) as service_on, min(service_on) as service_on_ever,
        min(case when amount <> 0 then effective_on end) as effective_on, min(effective_on) as effective_on_ever
    from charged
    group by claim_id, payer_id, provider_id
),

ranked as (
    select
        claim_id, payer_id, provider_id,
        coalesce(min(service_on) over claim, min(service_on_ever) over claim) as service_on,
        coalesce(min(effective_on) over claim, min(effective_on_ever) over claim) as effective_on,
        row_number() over (claim order by amount desc, last_posted_on desc, payer_id, provider_id) as place
    from held
    window claim as (partition by claim_id)
)

select claim_id, payer_id, provider_id, service_on, effective_on
from ranked
where place = 1
