-- one row per denial episode that ended
select denial_id, because, {{ dollars('recovered_cents') }} as recovered_amount, closed_on, run_id
from {{ source('receivables', 'denial_closed') }}
