-- one row per claim that was ever sent: when, to whom and for how much first, and whether it left clean
select
    bill.claim_id, sent.practice_id, bill.payer_id, sent.provider_id, claim.location_id, bill.first_billed_on, sent.charge_amount,
    bill.was_held, bill.is_clean
from {{ ref('int_first_claim') }} as bill
inner join {{ ref('int_first_bill') }} as sent on bill.claim_id = sent.claim_id
inner join {{ ref('stg_scrub__claim') }} as claim on bill.claim_id = claim.claim_id
order by bill.first_billed_on, bill.claim_id
