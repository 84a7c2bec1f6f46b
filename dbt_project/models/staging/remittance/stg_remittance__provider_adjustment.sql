-- one row per provider-level adjustment (PLB); a positive amount lowers the payment
select plb_id, payment_id, reason_code, {{ dollars('cents') }} as amount
from {{ source('remittance', 'provider_adjustment') }}
