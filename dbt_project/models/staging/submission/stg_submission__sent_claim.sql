-- one row per claim, payer's turn and version sent, or frozen to be sent
select
    sent.claim_id, sent.payer_turn, sent.version, sent.isa13, sent.st02, sent.payer_id, {{ dollars('sent.charge_cents') }} as charge_amount,
    interchange.file_id, sent.first_segment_no as segment_no, sent.batch_on, interchange.run_id
from {{ source('submission', 'sent_claim') }} as sent
inner join {{ source('submission', 'interchange') }} as interchange on sent.isa13 = interchange.isa13
