-- one row per KPI of first submissions and as-of day: claims first sent in the months the rate looks back on, touches up to that day
with touched as (
    select as_of.as_of_date, count(*) as touches
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_first_claim') }} as claim on claim.first_billed_on between as_of.window_start_on and as_of.as_of_date
    inner join {{ ref('int_touch') }} as touch on claim.claim_id = touch.claim_id and touch.acted_on <= as_of.as_of_date
    group by as_of.as_of_date
),

sent as (
    select
        as_of.as_of_date, as_of.window_start_on, count(*) as claims, {{ count_where('claim.is_clean') }} as clean_claims
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_first_claim') }} as claim on claim.first_billed_on between as_of.window_start_on and as_of.as_of_date
    group by as_of.as_of_date, as_of.window_start_on
)

select
    'clean_claim_rate' as kpi, as_of_date, window_start_on as period_start, as_of_date as period_end, clean_claims as numerator,
    claims as denominator
from sent
union all
select
    'touches_per_claim', sent.as_of_date, sent.window_start_on, sent.as_of_date, coalesce(touched.touches, 0), sent.claims
from sent
left join touched on sent.as_of_date = touched.as_of_date
