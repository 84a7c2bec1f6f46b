-- one row per month of service, month of posting, practice, payer of the charges and provider: what was charged, given up, paid
select
    {{ month_start('service_on') }} as service_month_on, {{ month_start('posted_on') }} as posted_month_on,
    practice_id, charge_payer_id as payer_id, provider_id,
    {{ total_where('amount', "movement in ('charge', 'responsibility')") }} as charges_amount,
    -{{ total_where('amount', "movement = 'contractual'") }} as contractual_amount,
    -{{ total_where('amount', "movement = 'payment'") }} as payments_amount,
    -{{ total_where('amount', "movement = 'write_off'") }} as write_offs_amount
from {{ ref('int_ar_movement') }}
group by 1, 2, 3, 4, 5
