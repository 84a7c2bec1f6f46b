-- one row per claim, as it would be sent now
select
    claim_id, practice_id, encounter_id, provider_id, location_id, payer_id, payer_turn, next_payer_id, place_of_service,
    dos_from, dos_to, entered_on, lines, {{ dollars('charge_cents') }} as charge_amount, content_hash, built_on
from {{ source('scrub', 'claim') }}
