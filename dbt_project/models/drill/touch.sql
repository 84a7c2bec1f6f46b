-- one row per claim and command of a person about it
select claim_id, run_id, acted_on
from {{ ref('int_touch') }}
