-- one row per thing that waits for a person, on the list it is worked from; item_kind: what it is at the desk (desk/kinds.csv), NULL: nothing
with latest as (
    select as_of_date from {{ ref('int_as_of') }} where is_latest
),

held as (
    select
        claim_id, min(found_on) as opened_on, count(*) as findings,
        min(rule_id || ': ' || message) as text
    from {{ ref('open_finding') }}
    where severity = 'hold' and not is_overridden
    group by claim_id
),

item as (
    select
        'denials' as worklist, 'denial' as item_kind, denial_id as item_id, category as kind, claim_id, cast(null as varchar) as payment_id, payer_id, denied_amount as amount,
        denied_on as opened_on, appeal_by as due_on, group_code || '-' || carc || coalesce(' ' || rarc, '') as text
    from {{ ref('open_denial') }}
    union all
    select
        'held_claims', 'held_claim', held.claim_id, 'held', held.claim_id, null, claim.payer_id, claim.charge_amount, held.opened_on, null,
        held.text || case when held.findings > 1 then ' (and ' || (held.findings - 1) || ' more)' else '' end
    from held
    inner join {{ ref('claim_status') }} as claim on held.claim_id = claim.claim_id
    where claim.state = 'held'
    union all
    select
        'rejections', 'rejection', claim_id, 'rejected', claim_id, null, payer_id, charge_amount, coalesce(state_since_on, built_on), null,
        'Rejected before the payer took it; fix it and send it again.'
    from {{ ref('claim_status') }}
    where state = 'rejected'
    union all
    select
        case when exception.code = 'CREDIT_BALANCE' then 'credit_balances'
             when exception.item_kind in ('deposit', 'bank_line') then 'unmatched_deposits'
             else 'posting_exceptions' end,
        'posting_exception', exception.exception_id, exception.code, exception.claim_id, exception.payment_id, payment.payer_id, exception.amount, exception.opened_on, null,
        exception.evidence
    from {{ ref('open_exception') }} as exception
    left join {{ ref('stg_remittance__payment') }} as payment on exception.payment_id = payment.payment_id
    union all
    select
        case
            when work.kind = 'underpayment' then 'underpayments'
            when work.kind = 'filing_deadline' then 'filing_risk'
            when work.kind = 'appeal_deadline' then 'appeal_risk'
            when work.kind in ('overdue_set', 'overdue_claim', 'overdue_remittance') then 'missing_answers'
            when work.kind in ('overdue_deposit', 'unmatched_deposit') then 'unmatched_deposits'
            when work.kind in ('bill_secondary', 'secondary_fault') then 'later_payers'
            else 'other'
        end,
        case
            when work.kind = 'underpayment' then 'underpayment'
            when work.kind in ('filing_deadline', 'appeal_deadline') then 'timely_filing'
            when work.kind in ('overdue_set', 'overdue_claim', 'overdue_remittance', 'overdue_deposit') then 'missing_answer'
            when work.kind = 'unmatched_deposit' then 'unmatched_deposit'
        end,
        work.work_id, work.kind, work.claim_id, null, null, work.amount, work.opened_on, work.due_on, work.text
    from {{ ref('open_work') }} as work
    union all
    select
        'approvals', 'money_movement', action_id, event, claim_id, null, null, amount, decided_on, null,
        event || ' of ' || party || ', asked for by ' || actor || ': somebody else approves or refuses it'
    from {{ ref('stg_receivables__money_state') }}
    where state = 'waiting'
    union all
    select
        'approvals', 'denial', asked.denial_id, 'denial_write_off', denial.claim_id, null, denial.payer_id, sum(asked.amount), min(asked.acted_on), null,
        'write-off asked for by ' || string_agg(distinct asked.actor, ', ' order by asked.actor) || ': somebody else approves or refuses it'
    from {{ ref('stg_receivables__denial_approval') }} as asked
    inner join {{ ref('stg_receivables__denial') }} as denial on asked.denial_id = denial.denial_id
    group by asked.denial_id, denial.claim_id, denial.payer_id
)

select
    item.worklist, item.item_kind, item.item_id, item.kind, item.claim_id, item.payment_id, claim.practice_id,
    coalesce(item.payer_id, claim.payer_id, 'unknown') as payer_id, claim.provider_id, claim.location_id,
    cast(item.amount as decimal(18, 2)) as amount, item.opened_on, item.due_on, item.text,
    coalesce(item.due_on < latest.as_of_date, false) as is_overdue,
    {{ days_from('item.opened_on', 'latest.as_of_date') }} as age_days,
    latest.as_of_date,
    {{ definition_version('worklist') }} as definition_version
from item
cross join latest
left join {{ ref('claim_status') }} as claim on item.claim_id = claim.claim_id
