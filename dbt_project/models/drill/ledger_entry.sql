-- one row per ledger entry posted before these marts were built, with the evidence and the decision behind it
select
    entry_id, txn_id, entry_kind, account, sub_account, amount, practice_id, payer_id, provider_id, claim_id, charge_id, payment_id,
    remit_claim_id, service_on, effective_on, posted_on, recorded_at, file_id, segment_no, policy_id, policy_version, rule_id,
    batch_no, run_id
from {{ ref('stg_ledger__entry') }}
where batch_no <= (select ledger_batch_no from {{ ref('build') }})
order by claim_id, posted_on, entry_id
