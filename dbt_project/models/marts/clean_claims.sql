-- one row per month in which claims were first sent, and payer: how many left clean, and how often people touched them since
with latest as (
    select as_of_date from {{ ref('int_as_of') }} where is_latest
),

touched as (
    select claim_id, count(*) as touches from {{ ref('int_touch') }} group by claim_id
),

summed as (
    select
        {{ month_start('claim.first_billed_on') }} as month_on, claim.payer_id, count(*) as claims,
        {{ count_where('claim.is_clean') }} as clean_claims, {{ count_where('claim.was_held') }} as held_claims,
        cast(coalesce(sum(touched.touches), 0) as bigint) as touches
    from {{ ref('int_first_claim') }} as claim
    left join touched on claim.claim_id = touched.claim_id
    group by 1, 2
)

select
    summed.month_on as period_start,
    least({{ month_end('summed.month_on') }}, latest.as_of_date) as period_end,
    summed.payer_id, summed.claims, summed.clean_claims, summed.held_claims, summed.touches,
    {{ ratio('summed.clean_claims', 'summed.claims') }} as clean_claim_rate,
    {{ ratio('summed.touches', 'summed.claims') }} as touches_per_claim,
    latest.as_of_date,
    'first_bill' as date_basis,
    {{ payer_scope('summed.payer_id') }} as payer_scope,
    {{ definition_version('clean_claims') }} as definition_version
from summed cross join latest
where summed.month_on <= latest.as_of_date
