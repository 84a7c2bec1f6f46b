-- one row per payment to us, the day the whole of it had posted by itself, if it did, and the days its deposit was tied to it and taken back
select payment_id, payer_id, received_on, effective_on, paid_amount, auto_posted_on, matched_on, returned_on
from {{ ref('int_remit_payment') }}
