-- one row per file or set a stage has dealt with
select item_id, stage, outcome, handled_on
from {{ source('transport', 'handled') }}
