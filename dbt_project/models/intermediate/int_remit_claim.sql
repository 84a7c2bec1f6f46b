-- one row per remittance claim paid to us; auto_posted_on NULL: not every line posted by itself
select
    remit_claim_id, payment_id, payer_id, received_on,
    case when count(*) = count(auto_posted_on) then max(auto_posted_on) end as auto_posted_on
from {{ ref('int_remit_line') }}
group by remit_claim_id, payment_id, payer_id, received_on
