-- one row per auto-post rate, as-of day and payer: remittances received in the months the rate looks back on, posted by that day
with item as (
    select 'lines' as kind, payer_id, received_on, auto_posted_on, 1 as amount from {{ ref('int_remit_line') }}
    union all
    select 'dollars', payer_id, received_on, auto_posted_on, moved_amount from {{ ref('int_remit_line') }}
    union all
    select 'claims', payer_id, received_on, auto_posted_on, 1 from {{ ref('int_remit_claim') }}
    union all
    select 'payments', payer_id, received_on, auto_posted_on, 1 from {{ ref('int_remit_payment') }}
)

select
    'auto_post_rate_' || item.kind as kpi, as_of.as_of_date, as_of.window_start_on as period_start, as_of.as_of_date as period_end,
    cast(null as varchar) as practice_id, item.payer_id, cast(null as varchar) as provider_id,
    sum(case when item.auto_posted_on <= as_of.as_of_date then item.amount else 0 end) as numerator, sum(item.amount) as denominator
from {{ ref('int_as_of') }} as as_of
inner join item on item.received_on between as_of.window_start_on and as_of.as_of_date
group by item.kind, as_of.as_of_date, as_of.window_start_on, item.payer_id
