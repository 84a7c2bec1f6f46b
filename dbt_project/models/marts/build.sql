-- one row per build, the latest only: what these marts were built from; the chain link proves which history they tell
select
    (select as_of_date from {{ ref('int_as_of') }} where is_latest) as as_of_date,
    coalesce((select max(seq) from {{ ref('stg_warehouse__chain') }}), 0) as chain_seq,
    coalesce((select hash from {{ ref('stg_warehouse__chain') }} order by seq desc limit 1), '') as chain_hash,
    coalesce((select max(batch_no) from {{ ref('stg_ledger__entry') }}), 0) as ledger_batch_no,
    coalesce((select max(seq) from {{ ref('stg_scrub__claim_event') }}), 0) as claim_event_seq,
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp) as built_at
