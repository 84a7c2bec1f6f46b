-- one row per thing wrong in an inbound file
select problem_id, file_id, level, code, segment_no, text, found_on, run_id
from {{ source('transport', 'problem') }}
