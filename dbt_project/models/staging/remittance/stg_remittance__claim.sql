-- one row per claim of a remittance (CLP)
select
    remit_claim_id, payment_id, clp_no, clp01, status, {{ dollars('charge_cents') }} as charge_amount,
    {{ dollars('paid_cents') }} as paid_amount, lines, is_balanced, file_id, segment_no, run_id
from {{ source('remittance', 'claim') }}
