-- one row per time a claim that was sent came to owe nothing, until it owed something again: and the first touch of a person on it
with daily as (
    select claim_id, posted_on, sum(amount) as amount
    from {{ ref('int_ar_movement') }}
    where claim_id is not null
    group by claim_id, posted_on
),

running as (
    select claim_id, posted_on, sum(amount) over (partition by claim_id order by posted_on) = 0 as is_closed from daily
),

turned as (
    select claim_id, posted_on, is_closed, coalesce(lag(is_closed) over (partition by claim_id order by posted_on), false) as was_closed from running
),

stretch as (
    select claim_id, is_closed, posted_on as closed_on, lead(posted_on) over (partition by claim_id order by posted_on) as reopened_on
    from turned
    where is_closed <> was_closed
),

touched as (
    select claim_id, min(acted_on) as touched_on from {{ ref('int_touch') }} group by claim_id
)

select
    stretch.claim_id, bill.practice_id, bill.payer_id, bill.provider_id, bill.location_id, stretch.closed_on, stretch.reopened_on, touched.touched_on
from stretch
inner join {{ ref('int_first_claim') }} as bill on stretch.claim_id = bill.claim_id and bill.first_billed_on <= stretch.closed_on
left join touched on stretch.claim_id = touched.claim_id
where stretch.is_closed
