-- one row per claim of a remittance (CLP): what the payer said of it, and what became of it in posting
with acted as (
    select
        remit_claim_id, claim_id, payer_turn, kind, posted_on,
        row_number() over (partition by remit_claim_id order by posted_on desc, posting_key desc) as place
    from {{ ref('stg_posting__posting') }}
),

waiting as (
    select exception.remit_claim_id, count(*) as open_exceptions
    from {{ ref('open_exception') }} as exception
    where exception.remit_claim_id is not null
    group by exception.remit_claim_id
)

select
    remit.remit_claim_id, remit.payment_id, remit.clp_no, remit.clp01, acted.claim_id, acted.payer_turn, remit.status as clp02,
    remit.charge_amount, remit.paid_amount, remit.lines, remit.is_balanced,
    case acted.kind when 'post' then 'posted' when 'release' then 'posted' when 'suspend' then 'in suspense' when 'unpost' then 'taken back'
         else 'not posted' end as state,
    acted.posted_on, coalesce(waiting.open_exceptions, 0) as open_exceptions, remit.file_id, remit.segment_no
from {{ ref('stg_remittance__claim') }} as remit
left join acted on remit.remit_claim_id = acted.remit_claim_id and acted.place = 1
left join waiting on remit.remit_claim_id = waiting.remit_claim_id
order by remit.payment_id, remit.clp_no
