-- one row per appointment that was kept or missed, for as long as the practice says so (until_on: it was changed)
with version as (
    select *, lead(updated_on) over (partition by appointment_id order by updated_on) as until_on
    from {{ ref('stg_front_office__appointment') }}
)

select appointment_id, provider_id, location_id, appointment_on, status = 'no_show' as is_missed, updated_on, until_on
from version
where status in ('completed', 'no_show')
