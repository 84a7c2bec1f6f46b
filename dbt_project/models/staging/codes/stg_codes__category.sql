-- one row per denial or adjustment category; lower priority wins between equal amounts
select category, priority, meaning
from {{ source('codes', 'category') }}
