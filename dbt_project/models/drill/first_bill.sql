-- one row per claim that was ever sent: when, to whom and for how much first, and whether it left clean
select claim_id, practice_id, payer_id, provider_id, location_id, first_billed_on, charge_amount, was_held, is_clean
from {{ ref('int_first_claim') }}
