-- one row per claim and version sent to its first payer: when, and when each stage first answered and first refused it
-- judged at a stage: it answered, or a later one did; a 277CA is the payer's where its information source (loop 2100A) is a payer
with uploaded as (
    select isa13, min(happened_on) as uploaded_on
    from {{ ref('stg_submission__upload_event') }}
    where state = 'uploaded'
    group by isa13
),

payers_own as (
    select distinct file_id, segment_no from {{ ref('stg_acknowledgments__claim_status') }} where source = 'PR'
),

said as (
    select
        event.claim_id, event.version, event.happened_on, event.kind like '%rejected' as is_rejected, event.kind = 'claim_accepted' as is_accepted,
        case when event.kind like 'interchange%' then 1 when event.kind like 'set%' then 2 when payers_own.file_id is null then 3 else 4 end as stage
    from {{ ref('stg_scrub__claim_event') }} as event
    left join payers_own on event.file_id = payers_own.file_id and event.segment_no = payers_own.segment_no
    where event.kind in (
        'interchange_accepted', 'interchange_rejected', 'set_accepted', 'set_rejected', 'claim_received', 'claim_accepted', 'claim_rejected'
    )
),

answer as (
    select
        claim_id, version, min(happened_on) as interchange_on, min(case when stage >= 2 then happened_on end) as set_on,
        min(case when stage >= 3 then happened_on end) as clearinghouse_on, min(case when stage = 4 then happened_on end) as payer_on,
        min(case when is_rejected and stage = 1 then happened_on end) as interchange_rejected_on,
        min(case when is_rejected and stage = 2 then happened_on end) as set_rejected_on,
        min(case when is_rejected and stage = 3 then happened_on end) as clearinghouse_rejected_on,
        min(case when is_rejected and stage = 4 then happened_on end) as payer_rejected_on,
        min(case when is_accepted then happened_on end) as accepted_on
    from said
    group by claim_id, version
)

select
    sent.claim_id, sent.version, claim.practice_id, sent.payer_id, claim.provider_id, claim.location_id, claim.entered_on, sent.charge_amount,
    uploaded.uploaded_on as sent_on, answer.interchange_on, answer.interchange_rejected_on, answer.set_on, answer.set_rejected_on,
    answer.clearinghouse_on, answer.clearinghouse_rejected_on, answer.payer_on, answer.payer_rejected_on, answer.accepted_on,
    -- no later word is needed to tell whether the clearinghouse let it through
    least(answer.interchange_rejected_on, answer.set_rejected_on, answer.clearinghouse_on) as gate_on,
    least(answer.interchange_rejected_on, answer.set_rejected_on, answer.clearinghouse_rejected_on) as gate_rejected_on,
    case when answer.accepted_on is not null and row_number() over (partition by sent.claim_id order by answer.accepted_on, sent.version) = 1
         then true else false end as is_first_accepted
from {{ ref('stg_submission__batch_claim') }} as sent
inner join uploaded on sent.isa13 = uploaded.isa13
inner join {{ ref('stg_scrub__claim') }} as claim on sent.claim_id = claim.claim_id
left join answer on sent.claim_id = answer.claim_id and sent.version = answer.version
order by uploaded.uploaded_on, sent.claim_id
