-- one row per claim the ledger knows: whose claim it is, and the payer its charges stand with (the patient when nobody else)
with charged as (
    select
        entry.claim_id, {{ owing_payer('entry.sub_account', 'entry.payer_id') }} as payer_id, sum(entry.amount) as amount,
        max(entry.posted_on) as last_posted_on, min(entry.provider_id) as provider_id, min(entry.service_on) as service_on,
        min(entry.effective_on) as effective_on
    from {{ ref('stg_ledger__entry') }} as entry
    inner join {{ ref('entry_kind') }} as kind on entry.entry_kind = kind.entry_kind
    where entry.account = 'AR' and entry.claim_id is not null and kind.movement in ('charge', 'responsibility')
    group by 1, 2
),

ranked as (
    select
        claim_id, payer_id,
        min(provider_id) over (partition by claim_id) as provider_id,
        min(service_on) over (partition by claim_id) as service_on,
        min(effective_on) over (partition by claim_id) as effective_on,
        row_number() over (partition by claim_id order by amount desc, last_posted_on desc, payer_id) as place
    from charged
)

select claim_id, payer_id, provider_id, service_on, effective_on
from ranked
where place = 1
