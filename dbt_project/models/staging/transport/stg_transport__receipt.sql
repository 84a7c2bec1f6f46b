-- one row per place a file was seen at
select file_id, partner_id, landed_on
from {{ source('transport', 'receipt') }}
