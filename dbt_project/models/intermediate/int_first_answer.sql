-- one row per claim and payer turn that was answered: the payer's first answer (reversals and corrections are later ones)
with ranked as (
    select
        answer.claim_id, answer.payer_turn, answer.remit_claim_id, answer.posted_on,
        row_number() over (partition by answer.claim_id, answer.payer_turn order by answer.posted_on, answer.posting_key) as place
    from {{ ref('stg_posting__posting') }} as answer
    where answer.kind in ('post', 'release') and answer.generation = 1 and answer.reverses is null and answer.claim_id is not null
)

select
    ranked.remit_claim_id, ranked.claim_id, ranked.payer_turn, ranked.posted_on,
    -- some payers date a payment ahead; it is still answered on the day it came
    least(payment.effective_on, payment.received_on) as remit_on,
    claim.practice_id, claim.provider_id, coalesce(payment.payer_id, 'unknown') as payer_id,
    remit.charge_amount, remit.paid_amount
from ranked
inner join {{ ref('stg_remittance__claim') }} as remit on ranked.remit_claim_id = remit.remit_claim_id
inner join {{ ref('stg_remittance__payment') }} as payment on remit.payment_id = payment.payment_id
inner join {{ ref('stg_scrub__claim') }} as claim on ranked.claim_id = claim.claim_id
where ranked.place = 1 and remit.status <> '25'
