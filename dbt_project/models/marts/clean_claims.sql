-- one row per month in which claims were first sent, and payer: how many left clean, and how often people touched them since
select
    sent.month_on as period_start,
    least({{ month_end('sent.month_on') }}, sent.as_of_date) as period_end,
    sent.payer_id, sent.claims, sent.clean_claims, sent.held_claims, sent.touches,
    {{ ratio('sent.clean_claims', 'sent.claims') }} as clean_claim_rate,
    {{ ratio('sent.touches', 'sent.claims') }} as touches_per_claim,
    sent.as_of_date,
    'first_bill' as date_basis,
    {{ payer_scope('sent.payer_id') }} as payer_scope,
    {{ definition_version('clean_claims') }} as definition_version
from {{ ref('int_clean_claims') }} as sent
inner join {{ ref('int_as_of') }} as latest on sent.as_of_date = latest.as_of_date and latest.is_latest
