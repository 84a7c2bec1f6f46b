-- one row per payment: a transaction set of an 835, with its payer as known now
select
    payment_id, payer_id, is_our_payee, method, {{ dollars('paid_cents') }} as paid_amount,
    {{ dollars('plb_cents') }} as provider_adjustment_amount, effective_on, received_on,
    trn02, trn03, claims, file_id, segment_no, run_id
from {{ source('remittance', 'current_payment') }}
