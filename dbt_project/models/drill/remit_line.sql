-- one row per remittance line paid to us (a remittance claim without lines is one line), and the day it posted by itself, if it did
select remit_line_id, remit_claim_id, payment_id, claim_id, payer_id, received_on, moved_amount, auto_posted_on
from {{ ref('int_remit_line') }}
