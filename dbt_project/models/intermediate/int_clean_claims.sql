-- one row per as-of day, month of first submission, practice, payer and provider: claims first sent by that day, how many left clean,
-- touches by that day; for every month of the past on the last day only, else for the months a rate looks back on
with sent as (
    select
        as_of.as_of_date, claim.claim_id, bill.practice_id, claim.payer_id, bill.provider_id, claim.is_clean, claim.was_held,
        {{ month_start('claim.first_billed_on') }} as month_on
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_first_claim') }} as claim
        on claim.first_billed_on <= as_of.as_of_date and (as_of.is_latest or claim.first_billed_on >= as_of.window_start_on)
    inner join {{ ref('int_first_bill') }} as bill on claim.claim_id = bill.claim_id
),

touched as (
    select sent.as_of_date, sent.claim_id, count(*) as touches
    from sent
    inner join {{ ref('int_touch') }} as touch on sent.claim_id = touch.claim_id and touch.acted_on <= sent.as_of_date
    group by sent.as_of_date, sent.claim_id
)

select
    sent.as_of_date, sent.month_on, sent.practice_id, sent.payer_id, sent.provider_id, count(*) as claims,
    {{ count_where('sent.is_clean') }} as clean_claims, {{ count_where('sent.was_held') }} as held_claims,
    cast(coalesce(sum(touched.touches), 0) as bigint) as touches
from sent
left join touched on sent.as_of_date = touched.as_of_date and sent.claim_id = touched.claim_id
group by sent.as_of_date, sent.month_on, sent.practice_id, sent.payer_id, sent.provider_id
