-- one row per claim: who was treated; read to answer a person who asks to see the name, and for nothing else
select charge.claim_id, patient.last_name, patient.first_name, patient.birth_date
from (
    select claim_id, patient_id, row_number() over (partition by claim_id order by charge_id) as place from {{ source('charges', 'charge') }}
) as charge
inner join {{ source('front_office', 'current_patient') }} as patient on charge.patient_id = patient.patient_id
where charge.place = 1
order by charge.claim_id
