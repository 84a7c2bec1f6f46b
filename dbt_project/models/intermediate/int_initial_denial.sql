-- one row per denial episode that a claim's first answer opened
select
    denial.denial_id, denial.remit_claim_id, answer.claim_id, answer.payer_turn, answer.remit_on, denial.opened_on,
    answer.practice_id, answer.payer_id, answer.provider_id,
    case when denial.is_duplicate then 'DUPLICATE' else denial.category end as category,
    denial.is_duplicate, denial.denied_amount, denial.charge_amount
from {{ ref('stg_receivables__denial') }} as denial
inner join {{ ref('int_first_answer') }} as answer on denial.remit_claim_id = answer.remit_claim_id
