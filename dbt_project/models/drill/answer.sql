-- one row per answer of a payer that was posted on a claim of ours, or that took one back
select
    remit_claim_id, claim_id, payment_id, practice_id, payer_id, provider_id, location_id, payer_turn, reverses is not null as is_reversal,
    is_duplicate, received_on, remit_on, posted_on, {{ days_from('received_on', 'posted_on') }} as posting_days, charge_amount, paid_amount
from {{ ref('int_answer') }}
