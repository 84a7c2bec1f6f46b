-- one row per thing somebody must do
select work_id, kind, item_id, claim_id, {{ dollars('cents') }} as amount, due_on, {{ dollars_in('text') }} as text, opened_on
from {{ source('receivables', 'work_item') }}
