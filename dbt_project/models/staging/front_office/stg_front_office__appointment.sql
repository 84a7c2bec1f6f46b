-- one row per appointment and version; nothing of whom it is with
select appointment_id, provider_id, location_id, cast(starts_at as date) as appointment_on, status, updated_on
from {{ source('front_office', 'appointment') }}
