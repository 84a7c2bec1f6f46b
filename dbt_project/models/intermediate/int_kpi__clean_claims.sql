-- one row per KPI of first submissions, as-of day, practice, payer and provider: claims first sent in the months the rate looks back
-- on, touches up to that day
with touched as (
    select as_of.as_of_date, claim.claim_id, count(*) as touches
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_first_claim') }} as claim on claim.first_billed_on between as_of.window_start_on and as_of.as_of_date
    inner join {{ ref('int_touch') }} as touch on claim.claim_id = touch.claim_id and touch.acted_on <= as_of.as_of_date
    group by as_of.as_of_date, claim.claim_id
),

sent as (
    select
        as_of.as_of_date, as_of.window_start_on, bill.practice_id, claim.payer_id, bill.provider_id, count(*) as claims,
        {{ count_where('claim.is_clean') }} as clean_claims, coalesce(sum(touched.touches), 0) as touches
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_first_claim') }} as claim on claim.first_billed_on between as_of.window_start_on and as_of.as_of_date
    inner join {{ ref('int_first_bill') }} as bill on claim.claim_id = bill.claim_id
    left join touched on as_of.as_of_date = touched.as_of_date and claim.claim_id = touched.claim_id
    group by as_of.as_of_date, as_of.window_start_on, bill.practice_id, claim.payer_id, bill.provider_id
)

select
    'clean_claim_rate' as kpi, as_of_date, window_start_on as period_start, as_of_date as period_end, practice_id, payer_id, provider_id,
    clean_claims as numerator, claims as denominator
from sent
union all
select 'touches_per_claim', as_of_date, window_start_on, as_of_date, practice_id, payer_id, provider_id, touches, claims
from sent
