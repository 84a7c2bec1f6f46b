-- one row per claim: where it stands now and what was charged, paid, given up and is owed on it
with latest as (
    select as_of_date from {{ ref('int_as_of') }} where is_latest
),

event as (
    select
        claim_id, version, state, seq, happened_on,
        lag(state) over (partition by claim_id order by seq) as state_before,
        row_number() over (partition by claim_id order by seq desc) as place
    from {{ ref('stg_scrub__claim_event') }}
),

entered as (
    select claim_id, happened_on as state_since_on, row_number() over (partition by claim_id order by seq desc) as place
    from event
    where state_before is null or state_before <> state
),

money as (
    select
        claim_id,
        {{ total_where('amount', "movement in ('charge', 'responsibility')") }} as charged_amount,
        -{{ total_where('amount', "movement = 'payment'") }} as paid_amount,
        -{{ total_where('amount', "movement = 'contractual'") }} as contractual_amount,
        -{{ total_where('amount', "movement = 'write_off'") }} as written_off_amount,
        {{ total_where('amount', "payer_id <> 'patient'") }} as insurance_balance_amount,
        {{ total_where('amount', "payer_id = 'patient'") }} as patient_balance_amount
    from {{ ref('int_ar_movement') }}
    group by claim_id
),

denied as (
    select denial.claim_id, count(*) as open_denials
    from {{ ref('open_denial') }} as denial
    group by denial.claim_id
),

found as (
    select claim_id, count(*) as open_findings from {{ ref('open_finding') }} where severity = 'hold' and not is_overridden group by claim_id
),

answered as (
    select claim_id, min(remit_on) as first_answered_on from {{ ref('int_first_answer') }} group by claim_id
)

select
    claim.claim_id, claim.practice_id, coalesce(claim.payer_id, 'patient') as payer_id, claim.provider_id, claim.location_id,
    claim.dos_from, claim.dos_to, claim.entered_on, claim.built_on, billed.first_billed_on, answered.first_answered_on,
    coalesce(event.version, 0) as version, coalesce(event.state, 'built') as state, entered.state_since_on,
    claim.charge_amount,
    cast(coalesce(money.charged_amount, 0) as decimal(18, 2)) as charged_amount,
    cast(coalesce(money.paid_amount, 0) as decimal(18, 2)) as paid_amount,
    cast(coalesce(money.contractual_amount, 0) as decimal(18, 2)) as contractual_amount,
    cast(coalesce(money.written_off_amount, 0) as decimal(18, 2)) as written_off_amount,
    cast(coalesce(money.insurance_balance_amount, 0) as decimal(18, 2)) as insurance_balance_amount,
    cast(coalesce(money.patient_balance_amount, 0) as decimal(18, 2)) as patient_balance_amount,
    cast(coalesce(money.insurance_balance_amount, 0) + coalesce(money.patient_balance_amount, 0) as decimal(18, 2)) as balance_amount,
    coalesce(denied.open_denials, 0) as open_denials,
    coalesce(found.open_findings, 0) as open_findings,
    latest.as_of_date,
    {{ definition_version('claim_status') }} as definition_version
from {{ ref('stg_scrub__claim') }} as claim
cross join latest
left join event on claim.claim_id = event.claim_id and event.place = 1
left join entered on claim.claim_id = entered.claim_id and entered.place = 1
left join money on claim.claim_id = money.claim_id
left join denied on claim.claim_id = denied.claim_id
left join found on claim.claim_id = found.claim_id
left join {{ ref('int_first_bill') }} as billed on claim.claim_id = billed.claim_id
left join answered on claim.claim_id = answered.claim_id
