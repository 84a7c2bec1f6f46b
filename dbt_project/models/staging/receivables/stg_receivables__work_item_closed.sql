-- one row per work item that is done
select work_id, because, closed_on
from {{ source('receivables', 'work_item_closed') }}
