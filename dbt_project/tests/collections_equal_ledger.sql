-- fails with every basis whose charges, contractual adjustments or payments (net of takebacks and refunds) over all months are not those of the ledger
with ledger as (
    select
        {{ total_where('amount', "account = 'REVENUE_GROSS'") }} as revenue_amount,
        {{ total_where('amount', "account = 'CONTRACTUAL'") }} as contractual_amount,
        {{ total_where('amount', "account = 'AR' and entry_kind in ('payment', 'takeback', 'refund')") }} as payments_amount
    from {{ ref('stg_ledger__entry') }}
),

published as (
    select
        basis, sum(charges_amount) as charges_amount, sum(contractual_amount) as contractual_amount,
        sum(payments_amount) as payments_amount
    from {{ ref('net_collection_rate') }}
    group by basis
)

select published.*
from published cross join ledger
where published.charges_amount <> -ledger.revenue_amount
    or published.contractual_amount <> ledger.contractual_amount
    or published.payments_amount <> -ledger.payments_amount
