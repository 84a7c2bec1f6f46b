-- one row per payment to us, with the deposit that brought it (returned_on: the bank took it back); auto_posted_on NULL: some claim or provider adjustment of it did not post by itself
with claim as (
    select payment_id, count(*) as items, count(auto_posted_on) as auto_items, max(auto_posted_on) as auto_posted_on
    from {{ ref('int_remit_claim') }}
    group by payment_id
),

provider_adjustment as (
    select plb.payment_id, count(*) as items, count(outcome.posted_on) as auto_items, max(outcome.posted_on) as auto_posted_on
    from {{ ref('stg_remittance__provider_adjustment') }} as plb
    left join {{ ref('stg_posting__provider_adjustment_outcome') }} as outcome
        on plb.plb_id = outcome.plb_id and outcome.kind in ('post', 'release')
    group by plb.payment_id
),

touched as (
    select distinct exception.payment_id
    from {{ ref('stg_posting__exception') }} as exception
    inner join {{ ref('stg_posting__exception_closed') }} as closed on exception.exception_id = closed.exception_id
    where exception.is_blocking and exception.item_kind <> 'deposit' and closed.actor <> 'policy'
),

deposited as (
    select payment_id, min(matched_on) as matched_on from {{ ref('stg_posting__deposit_part') }} group by payment_id
),

returned as (
    select payment_id, min(posted_on) as returned_on from {{ ref('stg_posting__bank_return') }} group by payment_id
)

select
    payment.payment_id, coalesce(payment.payer_id, 'unknown') as payer_id, payment.received_on, payment.effective_on, payment.paid_amount,
    deposited.matched_on, returned.returned_on,
    case
        when posted.payment_id is not null and touched.payment_id is null
            and coalesce(claim.items, 0) = coalesce(claim.auto_items, 0)
            and coalesce(provider_adjustment.items, 0) = coalesce(provider_adjustment.auto_items, 0)
            then greatest(
                posted.posted_on, coalesce(claim.auto_posted_on, posted.posted_on),
                coalesce(provider_adjustment.auto_posted_on, posted.posted_on)
            )
    end as auto_posted_on
from {{ ref('stg_remittance__payment') }} as payment
left join {{ ref('stg_posting__payment_posted') }} as posted on payment.payment_id = posted.payment_id
left join claim on payment.payment_id = claim.payment_id
left join provider_adjustment on payment.payment_id = provider_adjustment.payment_id
left join touched on payment.payment_id = touched.payment_id
left join deposited on payment.payment_id = deposited.payment_id
left join returned on payment.payment_id = returned.payment_id
where payment.is_our_payee
order by payment.received_on, payment.payment_id
