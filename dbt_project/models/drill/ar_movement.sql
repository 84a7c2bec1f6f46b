-- one row per ledger entry on accounts receivable, the kind of movement it is, and the payer the claim's charges stand with
select
    entry_id, claim_id, charge_id, practice_id, payer_id, charge_payer_id, provider_id, party, movement, entry_kind, service_on, posted_on,
    amount
from {{ ref('int_ar_movement') }}
