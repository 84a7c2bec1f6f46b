-- one row per committed unit of work
select seq, unit_name, hash, committed_at
from {{ source('warehouse', 'chain') }}
