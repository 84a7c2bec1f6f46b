-- one row per set of ours that a 999 or 997 speaks of
select set_id, st02, ik501, array_to_string(errors[1:3], '; ') as errors, file_id, segment_no, received_on, run_id
from {{ source('acknowledgments', 'set_ack') }}
where is_ours
