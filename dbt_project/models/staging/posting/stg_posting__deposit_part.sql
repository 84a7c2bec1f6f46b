-- one row per deposit and payment it pays
select deposit_id, payment_id, matched_on, {{ dollars('cents') }} as amount
from {{ source('posting', 'deposit_part') }}
