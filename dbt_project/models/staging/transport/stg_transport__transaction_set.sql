-- one row per transaction set of an inbound file
select set_id, file_id, partner_id, st01, disposition
from {{ source('transport', 'transaction_set') }}
