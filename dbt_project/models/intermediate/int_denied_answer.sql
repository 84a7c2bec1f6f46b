-- one row per first answer that refused something, under one category: most dollars, then the category's priority
-- a duplicate names the claim only when nothing else on it was refused
with by_category as (
    select remit_claim_id, category, is_duplicate, sum(denied_amount) as denied_amount, min(opened_on) as opened_on
    from {{ ref('int_initial_denial') }}
    group by remit_claim_id, category, is_duplicate
),

ranked as (
    select
        by_category.remit_claim_id, by_category.category, by_category.is_duplicate, by_category.opened_on,
        row_number() over (
            partition by by_category.remit_claim_id
            order by by_category.is_duplicate, by_category.denied_amount desc, category.priority nulls last, by_category.category
        ) as place
    from by_category
    left join {{ ref('stg_codes__category') }} as category on by_category.category = category.category
)

select
    answer.remit_claim_id, answer.claim_id, answer.payer_turn, answer.remit_on, ranked.opened_on, answer.practice_id, answer.payer_id,
    answer.provider_id, ranked.category, ranked.is_duplicate, answer.charge_amount
from ranked
inner join {{ ref('int_first_answer') }} as answer on ranked.remit_claim_id = answer.remit_claim_id
where ranked.place = 1
