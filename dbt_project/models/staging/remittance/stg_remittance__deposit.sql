-- one row per deposit of the bank
select deposit_id, deposited_on, trace_number, {{ dollars('cents') }} as amount, file_id, row_no
from {{ source('remittance', 'current_deposit') }}
