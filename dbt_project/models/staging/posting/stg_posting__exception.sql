-- one row per thing a person should look at
select
    exception_id, code, item_kind, item_id, payment_id, remit_claim_id, claim_id, {{ dollars('cents') }} as amount, {{ dollars_in('evidence') }} as evidence,
    is_blocking, opened_on, run_id
from {{ source('posting', 'exception') }}
