-- one row per reason and amount of an adjustment (CAS); a positive amount lowers the payment
select adjustment_id, remit_claim_id, remit_line_id, group_code, carc, {{ dollars('cents') }} as amount, file_id, segment_no, run_id
from {{ source('remittance', 'adjustment') }}
