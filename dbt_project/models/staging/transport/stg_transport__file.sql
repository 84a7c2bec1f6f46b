-- one row per distinct content landed or emitted
select file_id, direction, kind, bytes, landed_on, landed_at, run_id
from {{ source('transport', 'file') }}
