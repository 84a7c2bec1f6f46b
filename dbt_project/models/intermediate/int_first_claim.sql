-- one row per claim that was ever sent: whether it first left clean, held by no edit and touched by no person
with held as (
    select finding.claim_id
    from {{ ref('stg_scrub__edit_finding') }} as finding
    inner join {{ ref('int_first_bill') }} as bill on finding.claim_id = bill.claim_id and finding.found_on <= bill.first_billed_on
    where finding.severity = 'hold'
    group by finding.claim_id
),

touched as (
    select touch.claim_id
    from {{ ref('int_touch') }} as touch
    inner join {{ ref('int_first_bill') }} as bill on touch.claim_id = bill.claim_id and touch.acted_on <= bill.first_billed_on
    group by touch.claim_id
)

select
    bill.claim_id, bill.practice_id, bill.payer_id, bill.provider_id, claim.location_id, bill.first_billed_on, bill.charge_amount,
    held.claim_id is not null as was_held, held.claim_id is null and touched.claim_id is null as is_clean
from {{ ref('int_first_bill') }} as bill
inner join {{ ref('stg_scrub__claim') }} as claim on bill.claim_id = claim.claim_id
left join held on bill.claim_id = held.claim_id
left join touched on bill.claim_id = touched.claim_id
order by bill.first_billed_on, bill.claim_id
