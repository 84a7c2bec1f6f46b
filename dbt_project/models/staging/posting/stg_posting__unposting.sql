-- one row per match of a remittance claim that a person took back; claim_id: the claim it was matched to
select unposting_id, claim_id, actor, decided_on, run_id
from {{ source('posting', 'unposting') }}
