-- one row per status a 277CA gives about a claim; source: who wrote it (PR a payer, AY a clearinghouse)
select set_id, status_no, claim_id, category, status, source, file_id, segment_no, received_on, run_id
from {{ source('acknowledgments', 'claim_status') }}
where claim_id is not null
