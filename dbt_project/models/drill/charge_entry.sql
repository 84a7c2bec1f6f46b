-- one row per encounter, as its first charges came: the day of service and the day of charge entry
with first_file as (
    select practice_id, encounter_id, min(landed_on) as landed_on
    from {{ ref('stg_charges__charge') }}
    where action = 'new'
    group by practice_id, encounter_id
),

entered as (
    select
        charge.practice_id, charge.encounter_id, charge.landed_on, min(charge.claim_id) as claim_id, min(charge.provider_id) as provider_id,
        min(charge.dos_from) as service_on, min(charge.entered_on) as entered_on
    from {{ ref('stg_charges__charge') }} as charge
    inner join first_file
        on charge.practice_id = first_file.practice_id and charge.encounter_id = first_file.encounter_id and charge.landed_on = first_file.landed_on
    where charge.action = 'new'
    group by charge.practice_id, charge.encounter_id, charge.landed_on
)

select
    entered.encounter_id, entered.claim_id, entered.practice_id, coalesce(account.payer_id, 'unknown') as payer_id, entered.provider_id,
    entered.service_on, entered.entered_on, entered.landed_on, {{ days_from('entered.service_on', 'entered.entered_on') }} as days
from entered
left join {{ ref('int_claim_account') }} as account on entered.claim_id = account.claim_id
