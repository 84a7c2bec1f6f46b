-- one row per month of first answers, practice, payer, provider and denial category
-- lines count under their own category, a claim under the one category that took most of its dollars: both add up to the total
with counted as (
    select
        {{ month_start('remit_on') }} as month_on, practice_id, payer_id, provider_id, category, is_duplicate,
        1 as denied_lines, charge_amount as denied_line_charge_amount, denied_amount,
        0 as denied_claims, 0 as denied_claim_charge_amount
    from {{ ref('int_initial_denial') }}
    union all
    select
        {{ month_start('remit_on') }}, practice_id, payer_id, provider_id, category, is_duplicate, 0, 0, 0, 1, charge_amount
    from {{ ref('int_denied_answer') }}
),

summed as (
    select
        month_on, practice_id, payer_id, provider_id, category, not is_duplicate as is_headline,
        cast(sum(denied_claims) as bigint) as denied_claims,
        {{ total('denied_claim_charge_amount') }} as denied_claim_charge_amount,
        cast(sum(denied_lines) as bigint) as denied_lines,
        {{ total('denied_line_charge_amount') }} as denied_line_charge_amount,
        {{ total('denied_amount') }} as denied_amount
    from counted
    group by month_on, practice_id, payer_id, provider_id, category, is_duplicate
)

select
    rate.period_start, rate.period_end, summed.practice_id, summed.payer_id, summed.provider_id,
    summed.category, summed.is_headline,
    summed.denied_claims, summed.denied_claim_charge_amount, summed.denied_lines, summed.denied_line_charge_amount,
    summed.denied_amount,
    rate.remitted_claims, rate.remitted_charge_amount, rate.submitted_claims_3m, rate.submitted_charge_3m_amount,
    {{ ratio('summed.denied_claims', 'rate.remitted_claims') }} as claims_rate_by_remits,
    {{ ratio('summed.denied_claim_charge_amount', 'rate.remitted_charge_amount') }} as dollars_rate_by_remits,
    case when rate.has_3_months_before then {{ ratio('3 * summed.denied_claims', 'rate.submitted_claims_3m') }} end
        as claims_rate_by_submissions,
    case when rate.has_3_months_before
         then {{ ratio('3 * summed.denied_claim_charge_amount', 'rate.submitted_charge_3m_amount') }} end as dollars_rate_by_submissions,
    rate.as_of_date, rate.date_basis, rate.payer_scope,
    {{ definition_version('denial_categories') }} as definition_version
from summed
inner join {{ ref('denial_rate') }} as rate
    on summed.month_on = rate.period_start and summed.practice_id = rate.practice_id and summed.payer_id = rate.payer_id
    and summed.provider_id = rate.provider_id
