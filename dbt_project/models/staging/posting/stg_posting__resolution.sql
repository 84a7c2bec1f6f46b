-- one row per decision of a person about an exception; matched_claim_id: the claim it names
select
    resolution_id, exception_id, action, case when action = 'match' then target end as matched_claim_id, actor, decided_on, run_id
from {{ source('posting', 'resolution') }}
