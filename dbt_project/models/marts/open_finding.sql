-- one row per thing an edit found on a claim or line that still holds; what a rule in shadow found is no work and not here
select
    finding.finding_id, finding.claim_id, claim.practice_id, coalesce(claim.payer_id, 'patient') as payer_id, claim.provider_id,
    finding.line_no, finding.rule_id, finding.rule_version, finding.severity, finding.message, finding.remedy, finding.found_on,
    claim.charge_amount,
    overridden.finding_id is not null and (overridden.until_on >= latest.as_of_date or event.state <> 'held') as is_overridden,
    latest.as_of_date,
    {{ definition_version('open_finding') }} as definition_version
from {{ ref('stg_scrub__edit_finding') }} as finding
inner join {{ ref('stg_scrub__claim') }} as claim on finding.claim_id = claim.claim_id
left join {{ ref('stg_scrub__finding_cleared') }} as cleared on finding.finding_id = cleared.finding_id
left join {{ ref('stg_scrub__override_of_finding') }} as overridden on finding.finding_id = overridden.finding_id
left join (
    select claim_id, state, row_number() over (partition by claim_id order by seq desc) as place from {{ ref('stg_scrub__claim_event') }}
) as event on finding.claim_id = event.claim_id and event.place = 1
cross join (select as_of_date from {{ ref('int_as_of') }} where is_latest) as latest
where cleared.finding_id is null and finding.severity <> 'shadow'
