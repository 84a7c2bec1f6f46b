-- one row per denial episode, open or ended, with the service it is about and the edits that would have stopped it
with cause as (
    select
        denial_id, string_agg(rule_id, ', ' order by rule_id) as root_cause_rules, string_agg(distinct verdict, ', ' order by verdict) as verdicts
    from {{ ref('stg_receivables__denial_cause') }}
    group by denial_id
)

select
    denial.denial_id, denial.claim_id, denial.charge_id, claim.practice_id, denial.payer_id, claim.provider_id, claim.location_id,
    denial.payer_turn, denial.group_code, denial.carc, denial.rarc,
    case when denial.is_duplicate then 'DUPLICATE' else denial.category end as category,
    coalesce(charge.procedure_code, 'whole claim') as procedure_code, coalesce(cause.root_cause_rules, 'none') as root_cause_rules,
    coalesce(cause.verdicts, 'no edit would have') as root_cause_verdict,
    denial.is_preventable, denial.is_appealable, denial.denied_amount, denial.charge_amount, denial.denied_on, denial.appeal_by,
    denial.opened_on, closed.closed_on, coalesce(closed.because, 'open') as outcome,
    cast(coalesce(closed.recovered_amount, 0) as decimal(18, 2)) as recovered_amount, denial.remit_claim_id
from {{ ref('stg_receivables__denial') }} as denial
left join {{ ref('stg_receivables__denial_closed') }} as closed on denial.denial_id = closed.denial_id
left join {{ ref('stg_scrub__claim') }} as claim on denial.claim_id = claim.claim_id
left join {{ ref('stg_charges__charge') }} as charge on denial.charge_id = charge.charge_id
left join cause on denial.denial_id = cause.denial_id
order by denial.denied_on, denial.denial_id
