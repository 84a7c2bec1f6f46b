-- one row per claim that was ever sent: when and to whom first, and whether it left clean
select
    bill.claim_id, claim.practice_id, bill.payer_id, claim.provider_id, claim.location_id, bill.first_billed_on, claim.charge_amount,
    bill.was_held, bill.is_clean
from {{ ref('int_first_claim') }} as bill
inner join {{ ref('stg_scrub__claim') }} as claim on bill.claim_id = claim.claim_id
order by bill.first_billed_on, bill.claim_id
