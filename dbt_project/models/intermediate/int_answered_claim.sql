-- one row per claim that was answered: its first answer, what that refused, and whether it ended the payer's part at the first pass
-- first pass: it refused nothing, the claim had been sent once, the payer owed nothing afterwards; undone by what came later
with refused as (
    select claim_id, payer_turn, remit_claim_id, opened_on from {{ ref('stg_receivables__denial') }}
),

at_once as (
    select answer.claim_id
    from {{ ref('int_first_answer') }} as answer
    inner join refused on answer.remit_claim_id = refused.remit_claim_id and refused.opened_on <= answer.posted_on
    group by answer.claim_id
),

still_owed as (
    select answer.claim_id
    from {{ ref('int_first_answer') }} as answer
    inner join {{ ref('int_ar_balance') }} as balance
        on answer.claim_id = balance.claim_id and answer.payer_turn = balance.party and balance.balance_amount > 0
        and balance.from_on <= answer.posted_on and (balance.until_on is null or balance.until_on > answer.posted_on)
    group by answer.claim_id
),

sent as (
    select answer.claim_id, {{ count_where('sent.sent_on <= answer.posted_on') }} as times
    from {{ ref('int_first_answer') }} as answer
    inner join {{ ref('int_submission') }} as sent on answer.claim_id = sent.claim_id
    group by answer.claim_id
),

later as (
    select claim_id, sent_on as happened_on, null as posting_key, null as payer_turn from {{ ref('int_submission') }}
    union all
    select claim_id, opened_on, null, payer_turn from refused
    union all
    select denial.claim_id, done.acted_on, null, null
    from {{ ref('stg_receivables__denial_action') }} as done
    inner join {{ ref('stg_receivables__denial') }} as denial on done.denial_id = denial.denial_id
    where done.action = 'appeal'
    union all
    select claim_id, posted_on, reverses, null from {{ ref('int_answer') }} where reverses is not null
),

undone as (
    select answer.claim_id, min(later.happened_on) as undone_on
    from {{ ref('int_first_answer') }} as answer
    inner join later on answer.claim_id = later.claim_id
    where case when later.posting_key is not null then later.posting_key = answer.posting_key
               else later.happened_on > answer.posted_on and coalesce(later.payer_turn, answer.payer_turn) = answer.payer_turn end
    group by answer.claim_id
),

accepted as (
    select claim_id, min(accepted_on) as accepted_on from {{ ref('int_submission') }} where accepted_on is not null group by claim_id
)

select
    answer.remit_claim_id, answer.claim_id, answer.practice_id, answer.payer_id, answer.provider_id, answer.location_id, answer.payer_turn,
    answer.remit_on, answer.posted_on, billed.first_billed_on, {{ days_from('billed.first_billed_on', 'answer.remit_on') }} as lag_days,
    answer.charge_amount, answer.paid_amount, denied.remit_claim_id is not null and not denied.is_duplicate as is_denied,
    denied.category, denied.opened_on as denied_on,
    at_once.claim_id is null and still_owed.claim_id is null and coalesce(sent.times, 0) = 1 as is_first_pass, undone.undone_on,
    accepted.accepted_on
from {{ ref('int_first_answer') }} as answer
left join {{ ref('int_denied_answer') }} as denied on answer.remit_claim_id = denied.remit_claim_id
left join {{ ref('int_first_bill') }} as billed on answer.claim_id = billed.claim_id
left join at_once on answer.claim_id = at_once.claim_id
left join still_owed on answer.claim_id = still_owed.claim_id
left join sent on answer.claim_id = sent.claim_id
left join undone on answer.claim_id = undone.claim_id
left join accepted on answer.claim_id = accepted.claim_id and accepted.accepted_on <= answer.remit_on
order by answer.remit_on, answer.claim_id
