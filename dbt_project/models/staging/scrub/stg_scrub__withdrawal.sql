-- one row per override or person's fix that a person took back
select decision_id, claim_id, actor, withdrawn_on, run_id
from {{ source('scrub', 'withdrawal') }}
