-- one row per act of posting: a remittance claim posted, held in suspense, or released from it
select
    posting_key, kind, payment_id, remit_claim_id, claim_id, payer_turn, generation, reverses, {{ dollars('paid_cents') }} as paid_amount,
    posted_on, run_id
from {{ source('posting', 'posting') }}
