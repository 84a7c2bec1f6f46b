-- one row per claim and version sent, or frozen to be sent
select claim_id, version, isa13, payer_id, frequency, {{ dollars('charge_cents') }} as charge_amount, batch_on
from {{ source('submission', 'batch_claim') }}
