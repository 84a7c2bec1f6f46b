-- one row per thing an edit found on a claim or line that still holds; what a rule in shadow found is no work and not here
select
    finding.finding_id, finding.claim_id, claim.practice_id, coalesce(claim.payer_id, 'patient') as payer_id, claim.provider_id,
    finding.line_no, finding.rule_id, finding.rule_version, finding.severity, finding.message, finding.remedy, finding.found_on,
    claim.charge_amount, latest.as_of_date,
    {{ definition_version('open_finding') }} as definition_version
from {{ ref('stg_scrub__edit_finding') }} as finding
inner join {{ ref('stg_scrub__claim') }} as claim on finding.claim_id = claim.claim_id
left join {{ ref('stg_scrub__finding_cleared') }} as cleared on finding.finding_id = cleared.finding_id
cross join (select as_of_date from {{ ref('int_as_of') }} where is_latest) as latest
where cleared.finding_id is null and finding.severity <> 'shadow'
