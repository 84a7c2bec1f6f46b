-- fails with every as-of day, practice, payer and provider whose open A/R differs between days_in_ar and ar_aging
with stated as (
    select day.as_of_date, day.practice_id, day.payer_id, day.provider_id, day.open_ar_netted_amount as amount
    from {{ ref('days_in_ar') }} as day
    inner join {{ ref('int_as_of') }} as as_of on day.as_of_date = as_of.as_of_date
    union all
    select as_of_date, practice_id, payer_id, provider_id, -balance_amount
    from {{ ref('ar_aging') }}
    where aging_base = 'service_date'
)

select as_of_date, practice_id, payer_id, provider_id, sum(amount) as difference
from stated
group by as_of_date, practice_id, payer_id, provider_id
having sum(amount) <> 0
