-- one row per act on a provider-level adjustment
select plb_id, kind, posted_on
from {{ source('posting', 'provider_adjustment_outcome') }}
