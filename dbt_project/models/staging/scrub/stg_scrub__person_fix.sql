-- one row per value a person set on a charge of a held claim
select person_fix_id, claim_id, charge_id, column_name, rule_id, actor, decided_on, run_id
from {{ source('scrub', 'person_fix') }}
