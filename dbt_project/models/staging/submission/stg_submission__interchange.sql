-- one row per interchange frozen to be sent, and to whom
select isa13, file_id, partner_id, batch_on, run_id
from {{ source('submission', 'interchange') }}
