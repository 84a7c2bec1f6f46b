-- one row per charge row of the feed that passed the boundary
select
    charge_id, action, original_charge_id, claim_id, practice_id, encounter_id, provider_id, location_id,
    entered_on, dos_from, dos_to, procedure_code, array_to_string(modifiers, ' ') as modifiers, units,
    {{ dollars('charge_cents') }} as charge_amount, landed_on, file_id, row_no, run_id
from {{ source('charges', 'charge') }}
