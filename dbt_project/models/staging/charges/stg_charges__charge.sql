-- one row per charge row of the feed that passed the boundary
select
    charge_id, action, original_charge_id, practice_id, encounter_id, provider_id, location_id,
    entered_on, dos_from, dos_to, procedure_code, units, {{ dollars('charge_cents') }} as charge_amount, landed_on
from {{ source('charges', 'charge') }}
