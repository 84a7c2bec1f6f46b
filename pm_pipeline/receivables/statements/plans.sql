-- one row per payment plan that was not ended (plan_now): what it asks for, what was paid, whether it is kept or over. An instalment is late
-- late_days after it is due, or after the day by which the first statement that asked for it wants it, whichever is later
CREATE OR REPLACE TEMP TABLE plan_now AS
WITH claims AS (
    -- those it was agreed over, and those that were on its own statements since: the slip of one may be paid on any of them
    SELECT plan_id, claim_id FROM receivables.payment_plan_claim
    UNION
    SELECT plan_id, claim_id FROM receivables.standing_statement JOIN receivables.statement_line USING (statement_id) WHERE plan_id IS NOT NULL
), paid AS (
    SELECT plan.plan_id, CAST(-sum(entry.cents) AS BIGINT) AS cents, max(entry.recorded_at) AS paid_at
    FROM receivables.open_payment_plan AS plan JOIN claims USING (plan_id)
    JOIN ledger.entry AS entry ON entry.claim_id = claims.claim_id AND entry.recorded_at >= plan.agreed_at
    WHERE entry.account = 'AR' AND entry.sub_account = 'patient' AND entry.entry_kind = 'payment' AND entry.posted_on <= CAST($today AS DATE)
    GROUP BY 1
), owed AS (
    -- what is left of its claims: given up, or an insurer's by now, nobody pays it under the plan
    SELECT DISTINCT plan_id
    FROM receivables.payment_plan_claim JOIN receivables.balances(CAST($today AS DATE)) AS balance USING (claim_id)
    WHERE party = 'patient' AND balance_cents > 0
), plan AS (
    SELECT plan.*, coalesce(paid.cents, 0) AS paid_cents, paid.paid_at, owed.plan_id IS NULL OR paid_cents >= plan.cents AS is_over
    FROM receivables.open_payment_plan AS plan LEFT JOIN paid USING (plan_id) LEFT JOIN owed USING (plan_id)
), instalment AS (
    SELECT plan_id, CAST(first_due_on + to_months(CAST(place AS INTEGER)) AS DATE) AS due_on, least((place + 1) * monthly_cents, cents) AS upto_cents,
           coalesce((SELECT min(pay_by) FROM receivables.standing_statement AS asked WHERE asked.plan_id = plan.plan_id AND asked.pay_by >= due_on), due_on) AS awaited_on
    FROM plan, unnest(range(months)) AS places(place)
)
SELECT plan_id, guarantor_id, paid_cents, paid_at, is_over, coalesce(max(upto_cents) FILTER (due_on <= CAST($pay_by AS DATE)), 0) AS asked_cents,
       min(due_on) FILTER (upto_cents > paid_cents) AS next_due_on, min(upto_cents) FILTER (upto_cents > paid_cents) - paid_cents AS next_cents,
       NOT is_over AND paid_cents >= coalesce(max(upto_cents) FILTER (awaited_on < CAST($today AS DATE) - CAST($late_days AS INTEGER)), 0) AS is_kept
FROM plan JOIN instalment USING (plan_id)
GROUP BY plan_id, guarantor_id, paid_cents, paid_at, is_over;
