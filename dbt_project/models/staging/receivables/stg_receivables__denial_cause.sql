-- one row per edit that would have stopped a denial
select denial_id, rule_id, verdict
from {{ source('receivables', 'denial_cause') }}
