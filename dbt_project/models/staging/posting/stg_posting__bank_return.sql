-- one row per deposit the bank took back from a payment it had cleared
select line_id, payment_id, {{ dollars('cents') }} as amount, posted_on
from {{ source('posting', 'bank_return_posted') }}
