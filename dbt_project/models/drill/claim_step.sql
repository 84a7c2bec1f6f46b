-- one row per thing that a stage did with a claim, with its evidence (file and segment or feed row) and run; entries and the
-- claim's own diary are ledger_entry and claim_event
with sent as (
    select * from {{ ref('stg_submission__sent_claim') }}
),

answer as (
    select remit_claim_id, max(claim_id) as claim_id from {{ ref('stg_posting__posting') }} where claim_id is not null group by remit_claim_id
),

step as (
    select
        claim_id, landed_on as happened_on, 10 as rank, 'charges' as stage, 'charge ' || action as what,
        charge_id || ' ' || procedure_code || case when modifiers = '' then '' else ' ' || modifiers end as text, charge_amount as amount,
        file_id, row_no as segment_no, run_id
    from {{ ref('stg_charges__charge') }}
    union all
    select claim_id, found_on, 20, 'scrub', 'edit ' || rule_id || ' ' || severity, message, null, null, null, run_id
    from {{ ref('stg_scrub__edit_finding') }}
    where severity <> 'shadow'
    union all
    select finding.claim_id, cleared.cleared_on, 21, 'scrub', 'edit ' || finding.rule_id || ' cleared', '', null, null, null, null
    from {{ ref('stg_scrub__finding_cleared') }} as cleared
    inner join {{ ref('stg_scrub__edit_finding') }} as finding on cleared.finding_id = finding.finding_id
    where finding.severity <> 'shadow'
    union all
    select
        claim_id, batch_on, 30, 'submission', payer_turn || ' version ' || version || ' sent',
        'ISA13 ' || isa13 || ' ST02 ' || st02 || ' to ' || payer_id, charge_amount, file_id, segment_no, run_id
    from sent
    union all
    select sent.claim_id, ack.received_on, 40, 'acknowledgments', 'TA1 ' || ack.ta104, 'note ' || ack.ta105, null, ack.file_id, ack.segment_no, ack.run_id
    from {{ ref('stg_acknowledgments__interchange_ack') }} as ack
    inner join sent on ack.isa13 = sent.isa13
    union all
    select sent.claim_id, ack.received_on, 41, 'acknowledgments', '999 ' || ack.ik501, ack.errors, null, ack.file_id, ack.segment_no, ack.run_id
    from {{ ref('stg_acknowledgments__set_ack') }} as ack
    inner join sent on ack.st02 = sent.st02
    union all
    select claim_id, received_on, 42, 'acknowledgments', '277CA ' || category, 'status ' || coalesce(status, 'none'), null, file_id, segment_no, run_id
    from {{ ref('stg_acknowledgments__claim_status') }}
    union all
    select
        answer.claim_id, payment.received_on, 50, 'remittance', 'CLP02 ' || remit.status,
        'payment ' || remit.payment_id || ' trace ' || payment.trn02 || ' by ' || coalesce(payment.payer_id, 'an unknown payer'),
        remit.paid_amount, remit.file_id, remit.segment_no, remit.run_id
    from {{ ref('stg_remittance__claim') }} as remit
    inner join answer on remit.remit_claim_id = answer.remit_claim_id
    inner join {{ ref('stg_remittance__payment') }} as payment on remit.payment_id = payment.payment_id
    union all
    select
        answer.claim_id, payment.received_on, 51, 'remittance', 'CAS ' || adjustment.group_code || '-' || adjustment.carc, '',
        adjustment.amount, adjustment.file_id, adjustment.segment_no, adjustment.run_id
    from {{ ref('stg_remittance__adjustment') }} as adjustment
    inner join {{ ref('stg_remittance__claim') }} as remit on adjustment.remit_claim_id = remit.remit_claim_id
    inner join answer on remit.remit_claim_id = answer.remit_claim_id
    inner join {{ ref('stg_remittance__payment') }} as payment on remit.payment_id = payment.payment_id
    union all
    select
        claim_id, posted_on, 60, 'posting', kind, posting_key || coalesce(' ' || payer_turn, '') || coalesce(' takes back ' || reverses, ''),
        paid_amount, null, null, run_id
    from {{ ref('stg_posting__posting') }}
    where claim_id is not null
    union all
    select claim_id, opened_on, 61, 'posting', 'exception ' || code, evidence, amount, null, null, run_id
    from {{ ref('stg_posting__exception') }}
    where claim_id is not null
    union all
    select exception.claim_id, closed.closed_on, 62, 'posting', 'exception ' || exception.code || ' closed', closed.because || ' by ' || closed.actor, null, null, null, closed.run_id
    from {{ ref('stg_posting__exception_closed') }} as closed
    inner join {{ ref('stg_posting__exception') }} as exception on closed.exception_id = exception.exception_id
    where exception.claim_id is not null
    union all
    select
        claim_id, opened_on, 80, 'receivables', 'denial ' || category, group_code || '-' || carc || ' appeal by ' || appeal_by, denied_amount,
        null, null, run_id
    from {{ ref('stg_receivables__denial') }}
    union all
    select denial.claim_id, closed.closed_on, 81, 'receivables', 'denial ended', closed.because, closed.recovered_amount, null, null, closed.run_id
    from {{ ref('stg_receivables__denial_closed') }} as closed
    inner join {{ ref('stg_receivables__denial') }} as denial on closed.denial_id = denial.denial_id
    union all
    select denial.claim_id, done.acted_on, 82, 'receivables', 'denial ' || done.action, 'by ' || done.actor, null, null, null, done.run_id
    from {{ ref('stg_receivables__denial_action') }} as done
    inner join {{ ref('stg_receivables__denial') }} as denial on done.denial_id = denial.denial_id
    union all
    select claim_id, opened_on, 83, 'receivables', kind, text, amount, null, null, null
    from {{ ref('stg_receivables__work_item') }}
    where claim_id is not null
)

select * from step
order by claim_id, happened_on, rank
