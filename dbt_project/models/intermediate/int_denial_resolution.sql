-- one row per answer of a payer that refused something and whose refusals have all ended: when, what came back, and by whose doing
-- a refusal that was taken back and refused again at once, with nothing paid, goes on in the next episode and has not ended
with episode as (
    select
        denial.denial_id, denial.claim_id, denial.charge_id, denial.payer_id, denial.payer_turn, denial.remit_claim_id, denial.adjustment_id,
        denial.denied_amount, denial.denied_on, denial.opened_on, closed.because, closed.closed_on,
        row_number() over history as occurrence, lead(denial.opened_on) over history as reopened_on
    from {{ ref('stg_receivables__denial') }} as denial
    left join {{ ref('stg_receivables__denial_closed') }} as closed on denial.denial_id = closed.denial_id
    where not denial.is_duplicate
    window history as (partition by denial.adjustment_id order by denial.opened_on, closed.closed_on nulls last, denial.denial_id)
),

-- what each answer paid on each charge (charge_id NULL: on the claim as a whole), and until when it stood
paid as (
    select outcome.posting_key, outcome.charge_id, sum(outcome.paid_amount) as paid_amount
    from {{ ref('stg_posting__line_outcome') }} as outcome
    where outcome.charge_id is not null
    group by outcome.posting_key, outcome.charge_id
    union all
    select posting_key, null, paid_amount from {{ ref('int_answer') }}
),

answer as (
    select
        answer.claim_id, answer.payer_turn, answer.remit_claim_id, answer.posting_key, answer.generation, answer.posted_on, answer.effective_on,
        later.posted_on as taken_back_on
    from {{ ref('int_answer') }} as answer
    left join {{ ref('int_answer') }} as later on answer.posting_key = later.reverses
    where answer.reverses is null
),

ranked as (
    select
        episode.denial_id, coalesce(paid.paid_amount, 0) as paid_amount,
        row_number() over (
            partition by episode.denial_id order by answer.effective_on desc, answer.generation desc, answer.posting_key desc
        ) as place
    from episode
    inner join answer
        on episode.claim_id = answer.claim_id and episode.payer_turn = answer.payer_turn and episode.remit_claim_id <> answer.remit_claim_id
        and answer.posted_on <= episode.closed_on and coalesce(answer.taken_back_on > episode.closed_on, true)
    inner join paid on answer.posting_key = paid.posting_key and episode.charge_id is not distinct from paid.charge_id
    where episode.because in ('superseded', 'paid_later')
),

refusing as (
    select answer.remit_claim_id, paid.charge_id, sum(paid.paid_amount) as paid_amount
    from answer
    inner join paid on answer.posting_key = paid.posting_key
    group by answer.remit_claim_id, paid.charge_id
),

gained as (
    select
        episode.*, greatest(coalesce(ranked.paid_amount, 0) - coalesce(refusing.paid_amount, 0), 0) as gained_amount,
        -- what the refused lines before it take of the same gain
        coalesce(sum(episode.denied_amount) over (
            partition by episode.remit_claim_id, episode.charge_id, episode.occurrence order by episode.denial_id
            rows between unbounded preceding and 1 preceding
        ), 0) as taken_amount
    from episode
    left join ranked on episode.denial_id = ranked.denial_id and ranked.place = 1
    left join refusing on episode.remit_claim_id = refusing.remit_claim_id and episode.charge_id is not distinct from refusing.charge_id
),

judged as (
    select gained.*, cast(greatest(least(denied_amount, gained_amount - taken_amount), 0) as decimal(18, 2)) as recovered_amount
    from gained
),

again as (
    select judged.denial_id
    from judged
    inner join episode as next
        on judged.claim_id = next.claim_id and judged.payer_turn = next.payer_turn and judged.charge_id is not distinct from next.charge_id
        and judged.closed_on = next.opened_on and judged.remit_claim_id <> next.remit_claim_id
    where judged.recovered_amount = 0 and judged.because = 'superseded'
    group by judged.denial_id
),

ended as (
    select
        claim_id, payer_turn, remit_claim_id, occurrence, min(payer_id) as payer_id, min(denied_on) as denied_on, min(opened_on) as opened_on,
        max(closed_on) as resolved_on, min(reopened_on) as reopened_on, sum(denied_amount) as denied_amount,
        sum(recovered_amount) as recovered_amount, count(*) as denials
    from judged
    where denial_id not in (select denial_id from again)
    group by claim_id, payer_turn, remit_claim_id, occurrence
    having count(*) = count(closed_on)
),

done as (
    select action.action_id, action.action, action.acted_on, denial.claim_id, denial.payer_turn, denial.remit_claim_id
    from {{ ref('stg_receivables__denial_action') }} as action
    inner join {{ ref('stg_receivables__denial') }} as denial on action.denial_id = denial.denial_id
    where action.action in ('appeal', 'correct_and_resubmit')
        and action.action_id not in (
            select undone.target_action_id from {{ ref('stg_receivables__denial_action') }} as undone where undone.target_action_id is not null and undone.action = 'undo'
        )
),

-- the last of what was sent to the payer while the refusal stood
tried as (
    select ended.remit_claim_id, ended.occurrence, max(case when done.action = 'appeal' then done.acted_on end) as appealed_on,
        max(case when done.action = 'correct_and_resubmit' then done.acted_on end) as corrected_on
    from ended
    inner join done
        on ended.claim_id = done.claim_id and ended.payer_turn = done.payer_turn and done.acted_on between ended.opened_on and ended.resolved_on
        and (done.action <> 'appeal' or ended.remit_claim_id = done.remit_claim_id)
    group by ended.remit_claim_id, ended.occurrence
),

sent_again as (
    select ended.remit_claim_id, ended.occurrence, max(sent.sent_on) as sent_on
    from ended
    inner join {{ ref('int_submission') }} as sent
        on ended.claim_id = sent.claim_id and ended.payer_turn = 'primary' and sent.version > 1 and sent.sent_on between ended.opened_on and ended.resolved_on
    group by ended.remit_claim_id, ended.occurrence
)

select
    ended.claim_id, ended.remit_claim_id, claim.practice_id, ended.payer_id, claim.provider_id, claim.location_id, ended.payer_turn, ended.denials,
    ended.denied_on, ended.opened_on, ended.resolved_on, ended.reopened_on, ended.denied_amount, ended.recovered_amount,
    {{ days_from('ended.denied_on', 'ended.resolved_on') }} as days,
    case
        when ended.recovered_amount <= 0 then 'lost'
        when tried.appealed_on >= coalesce(greatest(tried.corrected_on, sent_again.sent_on), tried.appealed_on) then 'appeal'
        when coalesce(tried.corrected_on, sent_again.sent_on) is not null then 'correction'
        else 'payer'
    end as won_by
from ended
inner join {{ ref('stg_scrub__claim') }} as claim on ended.claim_id = claim.claim_id
left join tried on ended.remit_claim_id = tried.remit_claim_id and ended.occurrence = tried.occurrence
left join sent_again on ended.remit_claim_id = sent_again.remit_claim_id and ended.occurrence = sent_again.occurrence
order by ended.resolved_on, ended.claim_id
