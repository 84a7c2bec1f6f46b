-- one row per claim that was answered: its first answer, and what that refused
select
    answer.remit_claim_id, answer.claim_id, answer.practice_id, answer.payer_id, answer.provider_id, claim.location_id, answer.payer_turn,
    answer.remit_on, answer.posted_on, billed.first_billed_on, {{ days_from('billed.first_billed_on', 'answer.remit_on') }} as lag_days,
    answer.charge_amount, answer.paid_amount, denied.remit_claim_id is not null and not denied.is_duplicate as is_denied,
    denied.category, denied.opened_on as denied_on
from {{ ref('int_first_answer') }} as answer
left join {{ ref('int_denied_answer') }} as denied on answer.remit_claim_id = denied.remit_claim_id
left join {{ ref('int_first_bill') }} as billed on answer.claim_id = billed.claim_id
left join {{ ref('stg_scrub__claim') }} as claim on answer.claim_id = claim.claim_id
order by answer.remit_on, answer.claim_id
