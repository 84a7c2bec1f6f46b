-- one row per service line of a remittance (SVC)
select
    remit_line_id, remit_claim_id, {{ dollars('charge_cents') }} as charge_amount, {{ dollars('paid_cents') }} as paid_amount
from {{ source('remittance', 'line') }}
