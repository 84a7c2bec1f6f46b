-- one row per debit (positive amount) or credit (negative amount)
select
    entry_id, txn_id, batch_no, entry_kind, account, sub_account, {{ dollars('cents') }} as amount,
    practice_id, payer_id, provider_id, claim_id, charge_id, payment_id, remit_claim_id,
    service_on, effective_on, posted_on, recorded_at, file_id, segment_no, policy_id, policy_version, rule_id, run_id
from {{ source('ledger', 'entry') }}
