-- one row per thing somebody did about a denial
select action_id, denial_id, action, actor, acted_on, run_id
from {{ source('receivables', 'denial_action') }}
