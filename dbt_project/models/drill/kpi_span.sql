-- one row per as-of day and span a KPI looks back on: its first and last day
with day as (
    select
        as_of_date, month_start_on, window_start_on, first_posted_on,
        -- the newest month that ended so many days ago
        {{ plus_months(month_start(plus_days(plus_days('as_of_date', 0 - var('maturing_days')), 1)), -1) }} as mature_month_on
    from {{ ref('int_as_of') }}
)

select as_of_date, 'day' as span, as_of_date as start_on, as_of_date as end_on, first_posted_on from day
union all
select as_of_date, 'month', month_start_on, as_of_date, first_posted_on from day
union all
select as_of_date, 'three_months', window_start_on, as_of_date, first_posted_on from day
union all
select as_of_date, 'four_weeks', {{ plus_days('as_of_date', -27) }}, as_of_date, first_posted_on from day
union all
select as_of_date, 'ninety_days', {{ plus_days('as_of_date', 1 - var('charge_window_days')) }}, as_of_date, first_posted_on from day
union all
select
    as_of_date, 'mature_months', {{ plus_months('mature_month_on', 1 - var('rate_window_months')) }}, {{ month_end('mature_month_on') }}, first_posted_on
from day
union all
select as_of_date, 'maturing_months', {{ plus_months('mature_month_on', 1) }}, as_of_date, first_posted_on from day
order by as_of_date, span
