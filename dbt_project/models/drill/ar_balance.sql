-- one row per claim, charge, party and payer, and stretch of days with one balance: what every A/R figure of any day is made of
select
    balance.claim_id, balance.charge_id, balance.practice_id, balance.payer_id, balance.provider_id, claim.location_id, balance.party,
    balance.from_on, balance.until_on, balance.balance_amount, balance.service_on, balance.responsible_on, billed.first_billed_on
from {{ ref('int_ar_balance') }} as balance
left join {{ ref('stg_scrub__claim') }} as claim on balance.claim_id = claim.claim_id
left join {{ ref('int_first_bill') }} as billed on balance.claim_id = billed.claim_id
order by balance.payer_id, balance.from_on
