-- one row per line of a posted answer as priced by a contract, for as long as that pricing stands (until_on: priced again, or taken back)
with priced as (
    select
        remit_line_id, occasion, posting_key, priced_on, verdict, reason, expected_amount, actual_amount, lead(priced_on) over line as priced_again_on
    from {{ ref('stg_receivables__contract_line') }}
    window line as (partition by remit_line_id order by occasion)
)

select
    priced.remit_line_id, answer.remit_claim_id, answer.claim_id, answer.payment_id, answer.practice_id, answer.payer_id, answer.provider_id,
    answer.remit_on, priced.priced_on, least(priced.priced_again_on, later.posted_on) as until_on,
    priced.expected_amount is not null as is_priced, priced.verdict = 'underpaid' as is_underpaid, priced.verdict, priced.reason,
    priced.expected_amount, priced.actual_amount
from priced
inner join {{ ref('int_answer') }} as answer on priced.posting_key = answer.posting_key
left join {{ ref('int_answer') }} as later on answer.posting_key = later.reverses
-- nothing of a line that was refused whole is to be priced
where priced.reason is distinct from 'denied'
