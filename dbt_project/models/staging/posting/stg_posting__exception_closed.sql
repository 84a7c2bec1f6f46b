-- one row per exception that is no longer open
select exception_id, because, actor, closed_on
from {{ source('posting', 'exception_closed') }}
