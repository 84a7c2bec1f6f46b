-- one row per basis, month, practice, payer of the charges and provider
-- matched: by month of service, all that was paid for it until now; cash: by month of posting
with latest as (
    select as_of_date from {{ ref('int_as_of') }} where is_latest
),

monthly as (
    select
        'matched' as basis, service_month_on as month_on, practice_id, payer_id, provider_id,
        charges_amount, contractual_amount, payments_amount, write_offs_amount
    from {{ ref('int_collection') }}
    union all
    select
        'cash' as basis, posted_month_on as month_on, practice_id, payer_id, provider_id,
        charges_amount, contractual_amount, payments_amount, write_offs_amount
    from {{ ref('int_collection') }}
),

summed as (
    select
        basis, month_on, practice_id, payer_id, provider_id,
        {{ total('charges_amount') }} as charges_amount,
        {{ total('contractual_amount') }} as contractual_amount,
        {{ total('payments_amount') }} as payments_amount,
        {{ total('write_offs_amount') }} as write_offs_amount
    from monthly
    group by basis, month_on, practice_id, payer_id, provider_id
)

select
    summed.basis,
    summed.month_on as period_start,
    case when summed.basis = 'cash' then least({{ month_end('summed.month_on') }}, latest.as_of_date)
         else {{ month_end('summed.month_on') }} end as period_end,
    summed.practice_id, summed.payer_id, summed.provider_id,
    summed.charges_amount, summed.contractual_amount, summed.write_offs_amount, summed.payments_amount,
    cast(summed.charges_amount - summed.contractual_amount as decimal(18, 2)) as collectable_amount,
    {{ ratio('summed.payments_amount', '(summed.charges_amount - summed.contractual_amount)') }} as net_collection_rate,
    summed.basis = 'matched'
        and {{ days_from(month_end('summed.month_on'), 'latest.as_of_date') }} < {{ var('maturing_days') }} as is_maturing,
    latest.as_of_date,
    case when summed.basis = 'matched' then 'service' else 'posted' end as date_basis,
    {{ payer_scope('summed.payer_id') }} as payer_scope,
    {{ definition_version('net_collection_rate') }} as definition_version
from summed cross join latest
