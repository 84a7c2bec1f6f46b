-- one row per answer to a whole interchange (TA1)
select set_id, isa13, ta104, ta105, file_id, segment_no, received_on, run_id
from {{ source('acknowledgments', 'interchange_ack') }}
where is_ours
