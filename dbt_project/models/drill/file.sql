-- one row per file landed or emitted: where it came from or went, what it holds, how it was judged and dealt with
with seen as (
    select file_id, string_agg(distinct partner_id, ', ' order by partner_id) as partners, count(*) as receipts
    from {{ ref('stg_transport__receipt') }}
    group by file_id
),

went as (
    select file_id, min(partner_id) as partner from {{ ref('stg_submission__interchange') }} group by file_id
),

held as (
    select
        file_id, string_agg(distinct st01, ', ' order by st01) as sets_of, count(*) as sets,
        {{ count_where("disposition = 'accepted'") }} as accepted_sets
    from {{ ref('stg_transport__transaction_set') }}
    group by file_id
),

wrong as (
    select file_id, count(*) as problems from {{ ref('stg_transport__problem') }} group by file_id
),

outcome as (
    select coalesce(item_set.file_id, handled.item_id) as file_id, handled.outcome
    from {{ ref('stg_transport__handled') }} as handled
    left join {{ ref('stg_transport__transaction_set') }} as item_set on handled.item_id = item_set.set_id
    where handled.stage <> 'open'
),

dealt as (
    select file_id, string_agg(distinct outcome, ', ' order by outcome) as outcomes from outcome group by file_id
)

select
    file.file_id, file.direction, file.kind, coalesce(held.sets_of, case when file.direction = 'out' then '837' else file.kind end) as holds,
    coalesce(seen.partners, went.partner, 'by_hand') as partners, file.bytes,
    file.landed_on, file.landed_at, coalesce(seen.receipts, 0) as receipts, coalesce(held.sets, 0) as sets,
    coalesce(held.accepted_sets, 0) as accepted_sets, coalesce(wrong.problems, 0) as problems,
    coalesce(dealt.outcomes, case when file.direction = 'out' then 'sent' else 'waiting' end) as disposition, file.run_id
from {{ ref('stg_transport__file') }} as file
left join seen on file.file_id = seen.file_id
left join went on file.file_id = went.file_id
left join held on file.file_id = held.file_id
left join wrong on file.file_id = wrong.file_id
left join dealt on file.file_id = dealt.file_id
order by file.landed_on, file.file_id
