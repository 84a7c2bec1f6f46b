-- one row per ledger entry on the accounts of write-offs and of money that belongs to no claim yet, and per receipt from a patient
select
    entry.entry_id, entry.account, entry.sub_account, entry.entry_kind, entry.claim_id, entry.payment_id, entry.practice_id,
    case when entry.account = 'UNAPPLIED' and entry.sub_account = 'patient' then 'patient'
         when entry.account = 'UNAPPLIED' then coalesce(entry.payer_id, 'unknown')
         else coalesce(account.payer_id, entry.payer_id, 'patient') end as payer_id,
    coalesce(account.provider_id, entry.provider_id, 'unknown') as provider_id,
    coalesce(entry.service_on, account.service_on) as service_on, entry.effective_on, entry.posted_on, entry.amount
from {{ ref('stg_ledger__entry') }} as entry
left join {{ ref('int_claim_account') }} as account on entry.claim_id = account.claim_id
where entry.account in ('DENIAL_WO', 'BAD_DEBT', 'CHARITY', 'SMALL_BAL', 'UNAPPLIED')
    or (entry.account = 'CASH_CLEARING' and entry.entry_kind = 'patient_payment')
order by entry.posted_on, entry.entry_id
