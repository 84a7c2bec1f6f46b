-- one row per payment plan that is open (plan_now), and whether it is kept: every instalment due late_days ago is paid, and not all of it yet
CREATE OR REPLACE TEMP TABLE plan_now AS
WITH claims AS (
    -- those it was agreed over, and those that were on its own statements since: the slip of one may be paid on any of them
    SELECT plan_id, claim_id FROM receivables.payment_plan_claim
    UNION
    SELECT plan_id, claim_id FROM receivables.standing_statement JOIN receivables.statement_line USING (statement_id) WHERE plan_id IS NOT NULL
), paid AS (
    SELECT plan.plan_id, -sum(entry.cents) AS cents, max(entry.recorded_at) AS paid_at
    FROM receivables.open_payment_plan AS plan JOIN claims USING (plan_id)
    JOIN ledger.entry AS entry ON entry.claim_id = claims.claim_id AND entry.recorded_at >= plan.agreed_at
    WHERE entry.account = 'AR' AND entry.sub_account = 'patient' AND entry.entry_kind = 'payment' AND entry.posted_on <= CAST($today AS DATE)
    GROUP BY 1
), instalment AS (
    SELECT plan_id, CAST(first_due_on + to_months(CAST(place AS INTEGER)) AS DATE) AS due_on, monthly_cents
    FROM receivables.open_payment_plan, unnest(range(months)) AS places(place)
)
SELECT plan.plan_id, plan.guarantor_id, least(plan.cents, asked.cents) AS asked_cents, coalesce(paid.cents, 0) AS paid_cents, paid.paid_at,
       coalesce(paid.cents, 0) >= least(plan.cents, asked.late_cents) AND coalesce(paid.cents, 0) < plan.cents AS is_kept
FROM receivables.open_payment_plan AS plan
JOIN (
    SELECT plan_id, coalesce(sum(monthly_cents) FILTER (due_on <= CAST($pay_by AS DATE)), 0) AS cents,
           coalesce(sum(monthly_cents) FILTER (due_on < CAST($today AS DATE) - CAST($late_days AS INTEGER)), 0) AS late_cents
    FROM instalment GROUP BY 1
) AS asked USING (plan_id)
LEFT JOIN paid USING (plan_id);
