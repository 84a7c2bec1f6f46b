-- fails with every month, practice, payer and provider whose categories do not add up to the total of denial_rate
with compared as (
    select
        period_start, practice_id, payer_id, provider_id, denied_claims, duplicate_claims, denied_claim_charge_amount, denied_lines,
        denied_line_charge_amount, denied_amount
    from {{ ref('denial_rate') }}
    union all
    select
        period_start, practice_id, payer_id, provider_id,
        case when is_headline then -denied_claims else 0 end, case when is_headline then 0 else -denied_claims end,
        case when is_headline then -denied_claim_charge_amount else 0 end, case when is_headline then -denied_lines else 0 end,
        case when is_headline then -denied_line_charge_amount else 0 end, case when is_headline then -denied_amount else 0 end
    from {{ ref('denial_categories') }}
)

select period_start, practice_id, payer_id, provider_id
from compared
group by period_start, practice_id, payer_id, provider_id
having sum(denied_claims) <> 0 or sum(duplicate_claims) <> 0 or sum(denied_claim_charge_amount) <> 0 or sum(denied_lines) <> 0
    or sum(denied_line_charge_amount) <> 0 or sum(denied_amount) <> 0
