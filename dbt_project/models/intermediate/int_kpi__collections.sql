-- one row per net collection rate, as-of day, practice, payer of the charges and provider
-- matched: the newest service months that are old enough, and apart from them those still being paid
with month as (
    select
        as_of_date, month_start_on, window_start_on,
        -- the newest month that ended so many days ago
        {{ plus_months(month_start(plus_days(plus_days('as_of_date', 0 - var('maturing_days')), 1)), -1) }} as mature_month_on
    from {{ ref('int_as_of') }}
),

matched as (
    select
        month.as_of_date, collection.service_month_on > month.mature_month_on as is_maturing, collection.practice_id, collection.payer_id,
        collection.provider_id,
        min(collection.service_month_on) as first_month_on, max(collection.service_month_on) as last_month_on,
        sum(collection.payments_amount) as payments, sum(collection.charges_amount - collection.contractual_amount) as collectable
    from month
    inner join {{ ref('int_collection') }} as collection
        on collection.posted_month_on <= month.as_of_date and collection.service_month_on <= month.as_of_date
        and collection.service_month_on > {{ plus_months('month.mature_month_on', 0 - var('rate_window_months')) }}
    group by 1, 2, 3, 4, 5
),

cash as (
    select
        month.as_of_date, collection.practice_id, collection.payer_id, collection.provider_id, min(month.window_start_on) as window_start_on, sum(collection.payments_amount) as payments,
        sum(collection.charges_amount - collection.contractual_amount) as collectable
    from month
    inner join {{ ref('int_collection') }} as collection
        on collection.posted_month_on between month.window_start_on and month.as_of_date
    group by month.as_of_date, collection.practice_id, collection.payer_id, collection.provider_id
)

select
    case when is_maturing then 'net_collection_rate_matched_maturing' else 'net_collection_rate_matched' end as kpi, as_of_date,
    first_month_on as period_start, {{ month_end('last_month_on') }} as period_end, practice_id, payer_id, provider_id,
    payments as numerator, collectable as denominator
from matched
union all
select
    'net_collection_rate_cash', as_of_date, window_start_on, as_of_date, practice_id, payer_id, provider_id, payments, collectable
from cash
