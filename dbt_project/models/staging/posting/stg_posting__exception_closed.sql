-- one row per exception that is no longer open
select exception_id, because, actor, closed_on, run_id
from {{ source('posting', 'exception_closed') }}
