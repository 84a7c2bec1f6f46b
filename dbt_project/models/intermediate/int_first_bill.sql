-- one row per claim that was ever uploaded: when first, and what for
with uploaded as (
    select isa13, min(happened_on) as uploaded_on
    from {{ ref('stg_submission__upload_event') }}
    where state = 'uploaded'
    group by isa13
),

ranked as (
    select
        sent.claim_id, sent.payer_id, sent.charge_amount, uploaded.uploaded_on as first_billed_on,
        row_number() over (partition by sent.claim_id order by uploaded.uploaded_on, sent.version) as place
    from {{ ref('stg_submission__batch_claim') }} as sent
    inner join uploaded on sent.isa13 = uploaded.isa13
)

select ranked.claim_id, ranked.payer_id, claim.practice_id, claim.provider_id, ranked.first_billed_on, ranked.charge_amount
from ranked
inner join {{ ref('stg_scrub__claim') }} as claim on ranked.claim_id = claim.claim_id
where ranked.place = 1
