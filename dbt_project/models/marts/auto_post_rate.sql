-- one row per month in which remittances were received, and payer: how much of them posted with no human action
with latest as (
    select as_of_date from {{ ref('int_as_of') }} where is_latest
),

counted as (
    select
        received_on, payer_id, 1 as lines, case when auto_posted_on is null then 0 else 1 end as auto_posted_lines,
        moved_amount as amount, case when auto_posted_on is null then 0 else moved_amount end as auto_posted_amount,
        0 as claims, 0 as auto_posted_claims, 0 as payments, 0 as auto_posted_payments
    from {{ ref('int_remit_line') }}
    union all
    select received_on, payer_id, 0, 0, 0, 0, 1, case when auto_posted_on is null then 0 else 1 end, 0, 0
    from {{ ref('int_remit_claim') }}
    union all
    select received_on, payer_id, 0, 0, 0, 0, 0, 0, 1, case when auto_posted_on is null then 0 else 1 end
    from {{ ref('int_remit_payment') }}
),

summed as (
    select
        {{ month_start('received_on') }} as month_on, payer_id,
        cast(sum(lines) as bigint) as lines, cast(sum(auto_posted_lines) as bigint) as auto_posted_lines,
        cast(sum(claims) as bigint) as claims, cast(sum(auto_posted_claims) as bigint) as auto_posted_claims,
        cast(sum(payments) as bigint) as payments, cast(sum(auto_posted_payments) as bigint) as auto_posted_payments,
        {{ total('amount') }} as amount, {{ total('auto_posted_amount') }} as auto_posted_amount
    from counted
    group by 1, 2
)

select
    summed.month_on as period_start,
    least({{ month_end('summed.month_on') }}, latest.as_of_date) as period_end,
    summed.payer_id,
    summed.lines, summed.auto_posted_lines, summed.claims, summed.auto_posted_claims, summed.payments, summed.auto_posted_payments,
    summed.amount, summed.auto_posted_amount,
    {{ ratio('summed.auto_posted_lines', 'summed.lines') }} as lines_rate,
    {{ ratio('summed.auto_posted_claims', 'summed.claims') }} as claims_rate,
    {{ ratio('summed.auto_posted_payments', 'summed.payments') }} as payments_rate,
    {{ ratio('summed.auto_posted_amount', 'summed.amount') }} as dollars_rate,
    latest.as_of_date,
    'received' as date_basis,
    {{ payer_scope('summed.payer_id') }} as payer_scope,
    {{ definition_version('auto_post_rate') }} as definition_version
from summed cross join latest
