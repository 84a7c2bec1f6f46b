-- one row per finding that no longer holds
select finding_id, cleared_on
from {{ source('scrub', 'finding_cleared') }}
