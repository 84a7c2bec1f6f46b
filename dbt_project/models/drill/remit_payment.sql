-- one row per payment to us, and the day the whole of it had posted by itself, if it did
select payment_id, payer_id, received_on, auto_posted_on
from {{ ref('int_remit_payment') }}
order by received_on, payment_id
