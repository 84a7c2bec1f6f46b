-- fails when lines and dollars of all categories are not those of the episodes that first answers opened
with episodes as (
    select count(*) as lines, coalesce(sum(denial.denied_amount), 0) as amount
    from {{ ref('stg_receivables__denial') }} as denial
    where denial.remit_claim_id in (select remit_claim_id from {{ ref('int_first_answer') }})
),

published as (
    select coalesce(sum(denied_lines), 0) as lines, coalesce(sum(denied_amount), 0) as amount from {{ ref('denial_categories') }}
)

select * from episodes cross join published where episodes.lines <> published.lines or episodes.amount <> published.amount
