-- one row per open finding for which an override stands, and its last day
select finding_id, override_id, until_on
from {{ source('scrub', 'override_of_finding') }}
