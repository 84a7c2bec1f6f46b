-- one row per ending of what an answer of a payer refused, and per undoing of one (known_on, sign -1): what came back, and by whose doing
select
    claim_id, remit_claim_id, practice_id, payer_id, provider_id, location_id, payer_turn, denials, denied_on, resolved_on, resolved_on as known_on,
    1 as sign, denied_amount, recovered_amount, days, won_by
from {{ ref('int_denial_resolution') }}
union all
select
    claim_id, remit_claim_id, practice_id, payer_id, provider_id, location_id, payer_turn, denials, denied_on, resolved_on, reopened_on, -1,
    denied_amount, recovered_amount, days, won_by
from {{ ref('int_denial_resolution') }}
where reopened_on is not null
