-- one row per ledger entry on the accounts of write-offs and of money that belongs to no claim yet, and per receipt from a patient
select
    entry_id, account, sub_account, entry_kind, claim_id, payment_id, practice_id, payer_id, provider_id, service_on, effective_on, posted_on, amount
from {{ ref('int_off_ar_entry') }}
