-- one row per as-of day, practice, payer that owes, provider, responsible party, aging base and bucket with open A/R
with standing as (
    select
        as_of.as_of_date, balance.practice_id, balance.payer_id, balance.provider_id, balance.party, balance.balance_amount,
        balance.service_on, balance.responsible_on, billed.first_billed_on
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_ar_balance') }} as balance
        on balance.from_on <= as_of.as_of_date and as_of.as_of_date < coalesce(balance.until_on, cast('9999-12-31' as date))
    left join {{ ref('int_first_bill') }} as billed
        on balance.claim_id = billed.claim_id and billed.first_billed_on <= as_of.as_of_date
),

aged as (
    select standing.*, 'service_date' as aging_base, {{ days_from('service_on', 'as_of_date') }} as age_days from standing
    union all
    select standing.*, 'first_bill' as aging_base, {{ days_from('first_billed_on', 'as_of_date') }} as age_days from standing
    union all
    select standing.*, 'responsibility_start' as aging_base, {{ days_from('responsible_on', 'as_of_date') }} as age_days from standing
)

select
    as_of_date, practice_id, payer_id, provider_id, party, aging_base, {{ aging_bucket('age_days') }} as bucket,
    {{ total('balance_amount') }} as balance_amount,
    {{ total_where('balance_amount', 'first_billed_on is not null') }} as billed_amount,
    count(*) as balances,
    as_of_date as period_start,
    as_of_date as period_end,
    case aging_base when 'service_date' then 'service' when 'first_bill' then 'first_bill' else 'responsibility' end as date_basis,
    {{ payer_scope('payer_id') }} as payer_scope,
    {{ definition_version('ar_aging') }} as definition_version
from aged
group by as_of_date, practice_id, payer_id, provider_id, party, aging_base, bucket
