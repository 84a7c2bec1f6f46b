-- one row per day that figures are stated as of: every month end since the first posting, and the last day anything came or posted
with known as (
    select min(posted_on) as first_day, max(posted_on) as last_day from {{ ref('stg_ledger__entry') }}
    union all
    -- a remittance that pays nothing leaves no entry in the ledger
    select min(posted_on), max(posted_on) from {{ ref('stg_posting__posting') }}
    union all
    select min(received_on), max(received_on) from {{ ref('stg_remittance__payment') }}
),

span as (
    select min(first_day) as first_day, max(last_day) as last_day from known
),

days as (
    {{ calendar_days('(select first_day from span)', '(select last_day from span)') }}
)

select
    days.day_on as as_of_date,
    days.day_on = span.last_day as is_latest,
    {{ month_start('days.day_on') }} as month_start_on,
    {{ plus_months(month_start('days.day_on'), 1 - var('rate_window_months')) }} as window_start_on,
    span.first_day as first_posted_on
from days cross join span
where days.day_on = span.last_day or days.day_on = {{ month_end('days.day_on') }}
