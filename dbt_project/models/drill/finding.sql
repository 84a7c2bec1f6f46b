-- one row per thing an edit found on a claim or line, whether it still holds or not; what a rule in shadow found is not here
select
    finding.finding_id, finding.claim_id, claim.practice_id, coalesce(claim.payer_id, 'patient') as payer_id, claim.provider_id,
    claim.location_id, finding.line_no, finding.rule_id, finding.rule_version, finding.severity, finding.message, finding.remedy,
    finding.found_on, cleared.cleared_on,
    case when cleared.finding_id is not null then 'cleared' when still.is_overridden then 'overridden' else 'open' end as state,
    claim.charge_amount
from {{ ref('stg_scrub__edit_finding') }} as finding
inner join {{ ref('stg_scrub__claim') }} as claim on finding.claim_id = claim.claim_id
left join {{ ref('stg_scrub__finding_cleared') }} as cleared on finding.finding_id = cleared.finding_id
left join {{ ref('open_finding') }} as still on finding.finding_id = still.finding_id
where finding.severity <> 'shadow'
order by finding.found_on, finding.finding_id
