-- one row per posting exception that waits for a person
select
    exception.exception_id, exception.code, exception.item_kind, exception.item_id, exception.payment_id, exception.remit_claim_id,
    exception.claim_id, exception.amount, exception.evidence, exception.is_blocking, exception.opened_on, latest.as_of_date,
    {{ definition_version('open_exception') }} as definition_version
from {{ ref('stg_posting__exception') }} as exception
left join {{ ref('stg_posting__exception_closed') }} as closed on exception.exception_id = closed.exception_id
cross join (select as_of_date from {{ ref('int_as_of') }} where is_latest) as latest
where closed.exception_id is null
