-- one row per payment of an 835: what it says, the bank's deposit that brought the money, and where the ledger put it
with latest as (
    select as_of_date from {{ ref('int_as_of') }} where is_latest
),

banked as (
    select
        part.payment_id, count(*) as deposits, min(part.deposit_id) as deposit_id, min(deposit.deposited_on) as deposited_on,
        sum(part.amount) as deposited_amount
    from {{ ref('stg_posting__deposit_part') }} as part
    inner join {{ ref('stg_remittance__deposit') }} as deposit on part.deposit_id = deposit.deposit_id
    group by part.payment_id
),

posted as (
    select
        payment_id, count(*) as entries,
        {{ total_where('amount', "account in ('BANK', 'CASH_CLEARING')") }} as cash_amount,
        -{{ total_where('amount', "account = 'AR' and entry_kind in ('payment', 'takeback')") }} as applied_amount,
        -{{ total_where('amount', "account = 'UNAPPLIED'") }} as suspense_amount,
        max(posted_on) as last_posted_on
    from {{ ref('stg_ledger__entry') }}
    where payment_id is not null
    group by payment_id
),

waiting as (
    select payment_id, count(*) as open_exceptions from {{ ref('open_exception') }} where payment_id is not null group by payment_id
),

stated as (
    select
        payment.payment_id, coalesce(payment.payer_id, 'unknown') as payer_id, payment.trn02, payment.method, payment.effective_on, payment.received_on,
        payment.claims, payment.paid_amount, payment.provider_adjustment_amount,
        banked.deposit_id, banked.deposited_on, cast(coalesce(banked.deposited_amount, 0) as decimal(18, 2)) as deposited_amount,
        case
            when not payment.is_our_payee then 'not ours'
            when coalesce(banked.deposits, 0) > 0 and banked.deposited_amount = payment.paid_amount then 'matched'
            when coalesce(banked.deposits, 0) > 0 then 'unequal'
            when payment.paid_amount <= 0 then 'not needed'
            else 'no deposit yet'
        end as deposit_state,
        coalesce(posted.entries, 0) as entries,
        cast(coalesce(posted.cash_amount, 0) as decimal(18, 2)) as cash_amount,
        cast(coalesce(posted.applied_amount, 0) as decimal(18, 2)) as applied_amount,
        cast(coalesce(posted.suspense_amount, 0) as decimal(18, 2)) as suspense_amount,
        cast(coalesce(posted.cash_amount, 0) - coalesce(posted.applied_amount, 0) - coalesce(posted.suspense_amount, 0) as decimal(18, 2)) as other_amount,
        case
            when not payment.is_our_payee then 'not ours'
            when done.payment_id is null then 'not posted'
            when coalesce(waiting.open_exceptions, 0) > 0 then 'exceptions open'
            when coalesce(posted.suspense_amount, 0) <> 0 then 'in suspense'
            else 'posted'
        end as posting_state,
        coalesce(waiting.open_exceptions, 0) as open_exceptions,
        payment.file_id, payment.segment_no,
        latest.as_of_date,
        {{ definition_version('remittance') }} as definition_version
    from {{ ref('stg_remittance__payment') }} as payment
    cross join latest
    left join banked on payment.payment_id = banked.payment_id
    left join posted on payment.payment_id = posted.payment_id
    left join {{ ref('stg_posting__payment_posted') }} as done on payment.payment_id = done.payment_id
    left join waiting on payment.payment_id = waiting.payment_id
)

select
    *,
    -- nothing of it waits for the bank or for a person
    posting_state in ('posted', 'not ours') and deposit_state not in ('unequal', 'no deposit yet') as is_settled
from stated
