-- one row per claim and command of a person about it: what one command decided of a claim is one touch
with act as (
    select claim_id, run_id, decided_on as acted_on from {{ ref('stg_scrub__override') }}
    union all
    select claim_id, run_id, decided_on from {{ ref('stg_scrub__person_fix') }}
    union all
    select claim_id, run_id, withdrawn_on from {{ ref('stg_scrub__withdrawal') }}
    union all
    select coalesce(decided.matched_claim_id, exception.claim_id), decided.run_id, decided.decided_on
    from {{ ref('stg_posting__resolution') }} as decided
    inner join {{ ref('stg_posting__exception') }} as exception on decided.exception_id = exception.exception_id
    union all
    select claim_id, run_id, decided_on from {{ ref('stg_posting__unposting') }}
    union all
    select denial.claim_id, done.run_id, done.acted_on
    from {{ ref('stg_receivables__denial_action') }} as done
    inner join {{ ref('stg_receivables__denial') }} as denial on done.denial_id = denial.denial_id
)

select claim_id, run_id, min(acted_on) as acted_on
from act
where claim_id is not null
group by claim_id, run_id
order by claim_id, acted_on
