-- one row per month of first answers, practice, payer and provider: what was answered, what of it refused, what had been sent
with latest as (
    select as_of_date, first_posted_on from {{ ref('int_as_of') }} where is_latest
),

counted as (
    select
        {{ month_start('remit_on') }} as month_on, practice_id, payer_id, provider_id,
        1 as remitted_claims, charge_amount as remitted_charge_amount, 0 as denied_claims, 0 as denied_claim_charge_amount,
        0 as duplicate_claims, 0 as denied_lines, 0 as denied_line_charge_amount, 0 as denied_amount, 0 as submitted_claims_3m,
        0 as submitted_charge_3m_amount
    from {{ ref('int_first_answer') }}
    union all
    select
        {{ month_start('remit_on') }}, practice_id, payer_id, provider_id, 0, 0,
        case when is_duplicate then 0 else 1 end, case when is_duplicate then 0 else charge_amount end,
        case when is_duplicate then 1 else 0 end, 0, 0, 0, 0, 0
    from {{ ref('int_denied_answer') }}
    union all
    select
        {{ month_start('remit_on') }}, practice_id, payer_id, provider_id, 0, 0, 0, 0, 0,
        1, charge_amount, denied_amount, 0, 0
    from {{ ref('int_initial_denial') }}
    where not is_duplicate
    {%- for months in [1, 2, 3] %}
    union all
    select
        {{ plus_months(month_start('first_billed_on'), months) }}, practice_id, payer_id, provider_id, 0, 0, 0, 0, 0, 0, 0, 0,
        1, charge_amount
    from {{ ref('int_first_bill') }}
    {%- endfor %}
),

summed as (
    select
        month_on, practice_id, payer_id, provider_id,
        cast(sum(remitted_claims) as bigint) as remitted_claims,
        {{ total('remitted_charge_amount') }} as remitted_charge_amount,
        cast(sum(submitted_claims_3m) as bigint) as submitted_claims_3m,
        {{ total('submitted_charge_3m_amount') }} as submitted_charge_3m_amount,
        cast(sum(denied_claims) as bigint) as denied_claims,
        {{ total('denied_claim_charge_amount') }} as denied_claim_charge_amount,
        cast(sum(duplicate_claims) as bigint) as duplicate_claims,
        cast(sum(denied_lines) as bigint) as denied_lines,
        {{ total('denied_line_charge_amount') }} as denied_line_charge_amount,
        {{ total('denied_amount') }} as denied_amount
    from counted
    group by month_on, practice_id, payer_id, provider_id
)

select
    summed.month_on as period_start,
    least({{ month_end('summed.month_on') }}, latest.as_of_date) as period_end,
    summed.practice_id, summed.payer_id, summed.provider_id,
    summed.remitted_claims, summed.remitted_charge_amount, summed.submitted_claims_3m, summed.submitted_charge_3m_amount,
    summed.denied_claims, summed.denied_claim_charge_amount, summed.duplicate_claims,
    summed.denied_lines, summed.denied_line_charge_amount, summed.denied_amount,
    {{ plus_months('summed.month_on', -3) }} >= {{ month_start('latest.first_posted_on') }} as has_3_months_before,
    {{ ratio('summed.denied_claims', 'summed.remitted_claims') }} as claims_rate_by_remits,
    {{ ratio('summed.denied_claim_charge_amount', 'summed.remitted_charge_amount') }} as dollars_rate_by_remits,
    case when has_3_months_before then {{ ratio('3 * summed.denied_claims', 'summed.submitted_claims_3m') }} end
        as claims_rate_by_submissions,
    case when has_3_months_before
         then {{ ratio('3 * summed.denied_claim_charge_amount', 'summed.submitted_charge_3m_amount') }} end as dollars_rate_by_submissions,
    latest.as_of_date,
    'remit' as date_basis,
    {{ payer_scope('summed.payer_id') }} as payer_scope,
    {{ definition_version('denial_rate') }} as definition_version
from summed cross join latest
where summed.month_on <= latest.as_of_date
