-- one row per movement of money people asked for, with where it stands
select action_id, event, claim_id, party, {{ dollars('cents') }} as amount, state, actor, decided_on, run_id
from {{ source('receivables', 'money_state') }}
