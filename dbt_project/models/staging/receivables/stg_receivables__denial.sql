-- one row per denial episode: a line (or claim) a payer refused, from its first refusal on
select
    denial_id, claim_id, charge_id, payer_id, payer_turn, remit_claim_id, adjustment_id, group_code, carc, rarc, category, is_duplicate, liability,
    is_preventable, is_appealable, {{ dollars('denied_cents') }} as denied_amount, {{ dollars('charge_cents') }} as charge_amount,
    is_partial, denied_on, appeal_by, opened_on, run_id
from {{ source('receivables', 'denial') }}
