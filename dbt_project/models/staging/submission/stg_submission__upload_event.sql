-- one row per state an upload has been in
select isa13, seq, state, happened_on, run_id
from {{ source('submission', 'upload_event') }}
