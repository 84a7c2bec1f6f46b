-- fails with every open denial, exception or work item that is not on the worklist, or stands on it with another amount
with open_item as (
    select denial_id as item_id, denied_amount as amount from {{ ref('open_denial') }}
    union all
    select exception_id, amount from {{ ref('open_exception') }}
    union all
    select work_id, amount from {{ ref('open_work') }}
)

select open_item.item_id, open_item.amount
from open_item
left join {{ ref('worklist') }} as listed on open_item.item_id = listed.item_id and open_item.amount = listed.amount
where listed.item_id is null
