-- how much of what payers sent posted with no person: by lines, claims, payments and dollars moved, each with its denominator
WITH touched AS (
    -- what a person had to decide before it posted
    SELECT DISTINCT remit_claim_id FROM posting.exception JOIN posting.exception_closed AS closed USING (exception_id)
    WHERE is_blocking AND closed.actor <> 'policy' AND remit_claim_id IS NOT NULL
), line AS (
    SELECT outcome.remit_line_id, outcome.remit_claim_id, any_value(clp.payment_id) AS payment_id, max(abs(outcome.paid_cents)) AS cents,
           bool_or(outcome.outcome <> 'held') AND any_value(touched.remit_claim_id) IS NULL AS is_auto
    FROM posting.line_outcome AS outcome
    JOIN remittance.claim AS clp USING (remit_claim_id)
    LEFT JOIN touched USING (remit_claim_id)
    GROUP BY ALL
), held_payment AS (
    SELECT DISTINCT plb.payment_id FROM remittance.provider_adjustment AS plb
    WHERE plb.plb_id NOT IN (SELECT plb_id FROM posting.provider_adjustment_outcome WHERE kind IN ('post', 'release'))
)
SELECT 'lines' AS counted, count(*) FILTER (is_auto) AS posted, count(*) AS total FROM line
UNION ALL
SELECT 'claims', count(*) FILTER (is_auto), count(*) FROM (SELECT bool_and(is_auto) AS is_auto FROM line GROUP BY remit_claim_id)
UNION ALL
SELECT 'payments', count(*) FILTER (is_auto), count(*)
FROM (SELECT bool_and(is_auto) AND payment_id NOT IN (FROM held_payment) AS is_auto FROM line GROUP BY payment_id)
UNION ALL
SELECT 'cents', coalesce(sum(cents) FILTER (is_auto), 0), coalesce(sum(cents), 0) FROM line;
