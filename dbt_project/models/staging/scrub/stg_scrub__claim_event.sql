-- one row per thing that happened to a claim
select
    event_id, claim_id, version, seq, kind, state, rank as state_rank, happened_on, file_id, segment_no, run_id, recorded_at
from {{ source('scrub', 'claim_event') }}
