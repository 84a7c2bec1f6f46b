-- one row per thing wrong in an inbound file, at its segment or feed row; never a value of a person
select problem_id, file_id, level, code, segment_no, text, found_on, run_id
from {{ ref('stg_transport__problem') }}
order by file_id, segment_no
