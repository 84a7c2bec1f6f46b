-- one row per claim that was answered: the first answer of the first payer that spoke (reversals, corrections and what later
-- payers say come after it; a predetermination, CLP02 25, answers no claim)
with ranked as (
    select
        answer.claim_id, answer.payer_turn, answer.remit_claim_id, answer.posted_on, remit.payment_id, remit.charge_amount,
        remit.paid_amount,
        row_number() over (
            partition by answer.claim_id order by answer.posted_on, answer.payer_turn, answer.generation, answer.posting_key
        ) as place
    from {{ ref('stg_posting__posting') }} as answer
    inner join {{ ref('stg_remittance__claim') }} as remit on answer.remit_claim_id = remit.remit_claim_id
    where answer.kind in ('post', 'release') and answer.reverses is null and answer.claim_id is not null and remit.status <> '25'
)

select
    ranked.remit_claim_id, ranked.claim_id, ranked.payer_turn, ranked.posted_on,
    -- some payers date a payment ahead; it is still answered on the day it came
    least(payment.effective_on, payment.received_on) as remit_on,
    claim.practice_id, claim.provider_id, coalesce(payment.payer_id, 'unknown') as payer_id,
    ranked.charge_amount, ranked.paid_amount
from ranked
inner join {{ ref('stg_remittance__payment') }} as payment on ranked.payment_id = payment.payment_id
inner join {{ ref('stg_scrub__claim') }} as claim on ranked.claim_id = claim.claim_id
where ranked.place = 1
