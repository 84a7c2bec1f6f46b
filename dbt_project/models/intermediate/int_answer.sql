-- one row per answer of a payer that was posted on a claim of ours, or that took one back (a predetermination, CLP02 25, answers
-- nothing); place numbers those of a claim that are no taking back
with posted as (
    select
        answer.posting_key, answer.reverses, answer.claim_id, answer.payer_turn, answer.generation, answer.remit_claim_id, answer.posted_on,
        remit.payment_id, remit.charge_amount, remit.paid_amount
    from {{ ref('stg_posting__posting') }} as answer
    inner join {{ ref('stg_remittance__claim') }} as remit on answer.remit_claim_id = remit.remit_claim_id
    where answer.kind in ('post', 'release') and answer.claim_id is not null and remit.status <> '25'
),

duplicate as (
    select remit_claim_id from {{ ref('stg_receivables__denial') }} where is_duplicate group by remit_claim_id
)

select
    posted.posting_key, posted.reverses, posted.claim_id, posted.payer_turn, posted.generation, posted.remit_claim_id, posted.payment_id,
    claim.practice_id, claim.provider_id, claim.location_id, coalesce(payment.payer_id, 'unknown') as payer_id,
    payment.received_on, payment.effective_on,
    -- some payers date a payment ahead; it is still answered on the day it came
    least(payment.effective_on, payment.received_on) as remit_on,
    posted.posted_on, posted.charge_amount, posted.paid_amount, duplicate.remit_claim_id is not null as is_duplicate,
    case when posted.reverses is null then
        row_number() over (
            partition by posted.claim_id, posted.reverses is null
            order by posted.posted_on, posted.payer_turn, posted.generation, posted.posting_key
        ) end as place
from posted
inner join {{ ref('stg_remittance__payment') }} as payment on posted.payment_id = payment.payment_id
inner join {{ ref('stg_scrub__claim') }} as claim on posted.claim_id = claim.claim_id
left join duplicate on posted.remit_claim_id = duplicate.remit_claim_id
order by posted.posted_on, posted.claim_id
