-- one row per thing somebody must do because something expected did not happen, or time runs out
select
    item.work_id, item.kind, item.item_id, item.claim_id, item.amount, item.due_on, item.text, item.opened_on, latest.as_of_date,
    {{ definition_version('open_work') }} as definition_version
from {{ ref('stg_receivables__work_item') }} as item
left join {{ ref('stg_receivables__work_item_closed') }} as closed on item.work_id = closed.work_id
cross join (select as_of_date from {{ ref('int_as_of') }} where is_latest) as latest
where closed.work_id is null
