-- one row per payment all of whose claims and provider adjustments are in the ledger, posted or in suspense
select payment_id, posted_on
from {{ source('posting', 'payment_posted') }}
