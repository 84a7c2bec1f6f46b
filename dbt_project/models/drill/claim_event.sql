-- one row per thing that happened to a claim before these marts were built
select event_id, claim_id, version, seq, kind, state, state_rank, happened_on, file_id, segment_no, run_id, recorded_at
from {{ ref('stg_scrub__claim_event') }}
where seq <= (select claim_event_seq from {{ ref('build') }})
order by claim_id, seq
