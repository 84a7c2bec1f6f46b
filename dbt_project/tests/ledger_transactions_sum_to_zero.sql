-- fails with every ledger transaction whose debits and credits differ (law 5)
select txn_id, sum(amount) as difference
from {{ ref('stg_ledger__entry') }}
group by txn_id
having sum(amount) <> 0
