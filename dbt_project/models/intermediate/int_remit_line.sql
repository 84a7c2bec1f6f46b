-- one row per remittance line paid to us (a remittance claim without lines is one line); auto_posted_on NULL: a person acted, or must
with line as (
    select remit_line_id, remit_claim_id, paid_amount from {{ ref('stg_remittance__line') }}
    union all
    select remit_claim_id, remit_claim_id, paid_amount from {{ ref('stg_remittance__claim') }} where lines = 0
),

outcome as (
    select remit_line_id, min(posted_on) as posted_on
    from {{ ref('stg_posting__line_outcome') }}
    where outcome <> 'held'
    group by remit_line_id
),

decided_by_person as (
    select distinct exception.payment_id, exception.remit_claim_id
    from {{ ref('stg_posting__exception') }} as exception
    inner join {{ ref('stg_posting__exception_closed') }} as closed on exception.exception_id = closed.exception_id
    where exception.is_blocking and exception.item_kind <> 'deposit' and closed.actor <> 'policy'
),

touched as (
    select remit_claim_id from decided_by_person where remit_claim_id is not null
    union
    select claim.remit_claim_id
    from decided_by_person
    inner join {{ ref('stg_remittance__claim') }} as claim on decided_by_person.payment_id = claim.payment_id
    where decided_by_person.remit_claim_id is null
),

matched as (
    select remit_claim_id, max(claim_id) as claim_id from {{ ref('stg_posting__posting') }} where claim_id is not null group by remit_claim_id
)

select
    line.remit_line_id, line.remit_claim_id, claim.payment_id, matched.claim_id, coalesce(payment.payer_id, 'unknown') as payer_id,
    payment.received_on, abs(line.paid_amount) as moved_amount,
    case when touched.remit_claim_id is null then outcome.posted_on end as auto_posted_on
from line
inner join {{ ref('stg_remittance__claim') }} as claim on line.remit_claim_id = claim.remit_claim_id
inner join {{ ref('stg_remittance__payment') }} as payment on claim.payment_id = payment.payment_id
left join outcome on line.remit_line_id = outcome.remit_line_id
left join touched on line.remit_claim_id = touched.remit_claim_id
left join matched on line.remit_claim_id = matched.remit_claim_id
where payment.is_our_payee
order by payment.received_on, claim.payment_id
