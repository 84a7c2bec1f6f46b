-- one row per KPI of first submissions, as-of day, practice, payer and provider: claims first sent in the months the rate looks back
-- on, touches up to that day
with summed as (
    select
        as_of.as_of_date, as_of.window_start_on, sent.practice_id, sent.payer_id, sent.provider_id, cast(sum(sent.claims) as bigint) as claims,
        cast(sum(sent.clean_claims) as bigint) as clean_claims, cast(sum(sent.touches) as bigint) as touches
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_clean_claims') }} as sent
        on as_of.as_of_date = sent.as_of_date and sent.month_on >= as_of.window_start_on
    group by as_of.as_of_date, as_of.window_start_on, sent.practice_id, sent.payer_id, sent.provider_id
)

select
    'clean_claim_rate' as kpi, as_of_date, window_start_on as period_start, as_of_date as period_end, practice_id, payer_id, provider_id,
    clean_claims as numerator, claims as denominator
from summed
union all
select 'touches_per_claim', as_of_date, window_start_on, as_of_date, practice_id, payer_id, provider_id, touches, claims
from summed
