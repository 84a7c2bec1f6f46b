-- one row per write-off of a denial that waits for a second person
select action_id, denial_id, {{ dollars('cents') }} as amount, actor, acted_on, run_id
from {{ source('receivables', 'denial_approval') }}
