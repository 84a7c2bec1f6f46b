-- one row per line of a first payer's posted answer and terms it was priced by; expected_amount NULL: the contract cannot price it
select
    remit_line_id, occasion, posting_key, remit_claim_id, claim_id, payer_id, {{ dollars('expected_cents') }} as expected_amount,
    {{ dollars('actual_cents') }} as actual_amount, verdict, reason, priced_on
from {{ source('receivables', 'contract_line') }}
