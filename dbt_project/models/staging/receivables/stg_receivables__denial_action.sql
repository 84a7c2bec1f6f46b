-- one row per thing somebody did about a denial
select action_id, denial_id, action, actor, target_action_id, acted_on, run_id
from {{ source('receivables', 'denial_action') }}
