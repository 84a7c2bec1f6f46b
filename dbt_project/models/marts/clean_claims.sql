-- one row per month in which claims were first sent, and payer: how many left clean, and how often people touched them since
with summed as (
    select
        sent.as_of_date, sent.month_on, sent.payer_id, cast(sum(sent.claims) as bigint) as claims,
        cast(sum(sent.clean_claims) as bigint) as clean_claims, cast(sum(sent.held_claims) as bigint) as held_claims,
        cast(sum(sent.touches) as bigint) as touches
    from {{ ref('int_clean_claims') }} as sent
    inner join {{ ref('int_as_of') }} as latest on sent.as_of_date = latest.as_of_date and latest.is_latest
    group by sent.as_of_date, sent.month_on, sent.payer_id
)

select
    month_on as period_start,
    least({{ month_end('month_on') }}, as_of_date) as period_end,
    payer_id, claims, clean_claims, held_claims, touches,
    {{ ratio('clean_claims', 'claims') }} as clean_claim_rate,
    {{ ratio('touches', 'claims') }} as touches_per_claim,
    as_of_date,
    'first_bill' as date_basis,
    {{ payer_scope('payer_id') }} as payer_scope,
    {{ definition_version('clean_claims') }} as definition_version
from summed
