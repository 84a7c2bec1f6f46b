-- one row per ledger entry on accounts receivable, and what kind of movement it is
-- payer_id is who owes it; charge_payer_id is the payer the claim's charges stand with
select
    entry.entry_id, entry.practice_id, coalesce(account.provider_id, entry.provider_id, 'unknown') as provider_id,
    entry.claim_id, entry.charge_id, entry.sub_account as party,
    {{ owing_payer('entry.sub_account', 'entry.payer_id') }} as payer_id,
    coalesce(account.payer_id, {{ owing_payer('entry.sub_account', 'entry.payer_id') }}) as charge_payer_id,
    coalesce(kind.movement, 'unmapped') as movement, entry.entry_kind,
    coalesce(entry.service_on, account.service_on, entry.effective_on) as service_on,
    entry.effective_on, entry.posted_on, entry.amount
from {{ ref('stg_ledger__entry') }} as entry
left join {{ ref('int_claim_account') }} as account on entry.claim_id = account.claim_id
left join {{ ref('entry_kind') }} as kind on entry.entry_kind = kind.entry_kind
where entry.account = 'AR'
order by entry.posted_on, entry.claim_id
