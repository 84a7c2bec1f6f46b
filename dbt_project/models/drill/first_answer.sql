-- one row per claim that was answered: its first answer, what that refused, and whether it ended the payer's part at the first pass
select
    remit_claim_id, claim_id, practice_id, payer_id, provider_id, location_id, payer_turn, remit_on, posted_on, first_billed_on, lag_days,
    charge_amount, paid_amount, is_denied, category, denied_on, is_first_pass, undone_on, accepted_on,
    {{ days_from('accepted_on', 'remit_on') }} as payer_days
from {{ ref('int_answered_claim') }}
