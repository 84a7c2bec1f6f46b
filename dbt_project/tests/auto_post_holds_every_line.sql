-- fails when the remittance lines counted are not the lines (and lineless claims) of the payments made to us
with received as (
    select count(*) as lines
    from {{ ref('stg_remittance__claim') }} as claim
    inner join {{ ref('stg_remittance__payment') }} as payment on claim.payment_id = payment.payment_id
    left join {{ ref('stg_remittance__line') }} as line on claim.remit_claim_id = line.remit_claim_id
    where payment.is_our_payee
),

published as (
    select coalesce(sum(lines), 0) as lines from {{ ref('auto_post_rate') }}
)

select * from received cross join published where received.lines <> published.lines
