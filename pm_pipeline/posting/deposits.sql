-- bank deposits: which payment each is, by trace number and amount; tie.sql keeps it

-- one row per untied deposit and untied payment with the same trace number, and the same originator where the bank names one
CREATE OR REPLACE TEMP TABLE deposit_near AS
SELECT deposit.*, pay.payment_id, pay.payer_id, pay.paid_cents, pay.trn03, pay.effective_on, deposit.cents = pay.paid_cents AS is_equal,
       force.policy_id, force.policy_version,
       pay.cash
FROM remittance.current_deposit AS deposit
JOIN remittance.current_payment AS pay ON pay.trn02 = trim(deposit.trace_number) AND (deposit.originator IS NULL OR pay.trn03 = trim(deposit.originator))
LEFT JOIN policy_in_force AS force ON pay.effective_on BETWEEN force.effective_from AND force.effective_to
WHERE deposit.deposit_id NOT IN (SELECT deposit_id FROM posting.deposit_match) AND pay.payment_id NOT IN (SELECT payment_id FROM posting.deposit_match);

-- one row per deposit and the payment it pays, or pays a part of. Those that name the originator come first; one that does not
-- is tied only when a single payment is left that it can be. What is left then is tied when it comes out exactly: all deposits
-- of a trace number to its one payment, or one deposit to all payments of its trace number.
CREATE OR REPLACE TEMP TABLE deposit_pair AS
WITH named AS (
    SELECT deposit_id, payment_id FROM deposit_near WHERE is_equal AND originator IS NOT NULL
    QUALIFY dense_rank() OVER (PARTITION BY trn03, trim(trace_number), cents ORDER BY effective_on, payment_id)
          = dense_rank() OVER (PARTITION BY trn03, trim(trace_number), cents ORDER BY deposited_on, deposit_id)
), unnamed AS (
    SELECT deposit_id, payment_id FROM deposit_near
    WHERE is_equal AND originator IS NULL AND payment_id NOT IN (SELECT payment_id FROM named)
    QUALIFY count(*) OVER (PARTITION BY deposit_id) = 1 AND row_number() OVER (PARTITION BY payment_id ORDER BY deposited_on, deposit_id) = 1
), whole AS (
    FROM named UNION ALL FROM unnamed
), rest AS (
    SELECT deposit_id, payment_id, cents, paid_cents, count(*) OVER (PARTITION BY deposit_id) AS payments, count(*) OVER (PARTITION BY payment_id) AS deposits
    FROM deposit_near
    WHERE paid_cents > 0 AND deposit_id NOT IN (SELECT deposit_id FROM whole) AND payment_id NOT IN (SELECT payment_id FROM whole)
), parts AS (
    SELECT deposit_id, payment_id FROM rest
    QUALIFY (sum(cents) OVER (PARTITION BY payment_id) = paid_cents AND max(payments) OVER (PARTITION BY payment_id) = 1)
         OR (sum(paid_cents) OVER (PARTITION BY deposit_id) = cents AND max(deposits) OVER (PARTITION BY deposit_id) = 1)
)
SELECT near.*, least(near.cents, near.paid_cents) AS tied_cents
FROM deposit_near AS near JOIN (FROM whole UNION ALL FROM parts) USING (deposit_id, payment_id);
