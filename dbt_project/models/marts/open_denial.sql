-- one row per denial episode nobody has resolved yet
select
    denial.denial_id, denial.claim_id, denial.charge_id, claim.practice_id, denial.payer_id, claim.provider_id, denial.payer_turn,
    denial.group_code, denial.carc, denial.rarc, denial.category, denial.is_duplicate, denial.liability, denial.is_preventable,
    denial.is_appealable, denial.is_partial, denial.denied_amount, denial.charge_amount, denial.denied_on, denial.appeal_by,
    denial.remit_claim_id, latest.as_of_date,
    {{ definition_version('open_denial') }} as definition_version
from {{ ref('stg_receivables__denial') }} as denial
left join {{ ref('stg_receivables__denial_closed') }} as closed on denial.denial_id = closed.denial_id
left join {{ ref('stg_scrub__claim') }} as claim on denial.claim_id = claim.claim_id
cross join (select as_of_date from {{ ref('int_as_of') }} where is_latest) as latest
where closed.denial_id is null
