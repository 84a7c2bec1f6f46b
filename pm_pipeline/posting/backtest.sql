-- how the payments posted before (attached as `past`) and those posted again in this warehouse differ

-- one row per remittance claim of the payments that were posted; is_inside: paid on one of the days asked about
CREATE OR REPLACE TEMP TABLE compared_claim AS
SELECT clp.remit_claim_id, clp.payment_id, clp.status, clp.paid_cents, pay.effective_on BETWEEN $first AND $last AS is_inside
FROM past.remittance.claim AS clp JOIN past.remittance.payment AS pay USING (payment_id) JOIN past.posting.payment_posted USING (payment_id);

-- one row per side (was, would_be), remittance claim and adjustment (NULL: the claim's payment): what became of it, by which
-- rule or for which reason, and the cents it moved
CREATE OR REPLACE TEMP TABLE compared_outcome AS
WITH posted AS (
    SELECT 'was' AS side, remit_claim_id, any_value(claim_id) AS claim_id, bool_or(reverses IS NOT NULL) AS is_reversal FROM past.posting.posting
    WHERE kind IN ('post', 'release') GROUP BY ALL
    UNION ALL
    SELECT 'would_be', remit_claim_id, any_value(claim_id), bool_or(reverses IS NOT NULL) FROM posting.posting WHERE kind IN ('post', 'release') GROUP BY ALL
), held AS (
    SELECT 'was' AS side, remit_claim_id, min(code) AS code, any_value(claim_id) AS claim_id
    FROM past.posting.exception ANTI JOIN past.posting.exception_closed USING (exception_id) WHERE is_blocking AND item_kind = 'remit_claim' GROUP BY ALL
    UNION ALL
    SELECT 'would_be', remit_claim_id, min(code), any_value(claim_id)
    FROM posting.exception ANTI JOIN posting.exception_closed USING (exception_id) WHERE is_blocking AND item_kind = 'remit_claim' GROUP BY ALL
), decided AS (
    SELECT 'was' AS side, decision.*, waits.adjustment_id IS NOT NULL AS waits FROM past.posting.decision LEFT JOIN past.posting.open_deferred AS waits USING (adjustment_id)
    UNION ALL
    SELECT 'would_be', decision.*, waits.adjustment_id IS NOT NULL FROM posting.decision LEFT JOIN posting.open_deferred AS waits USING (adjustment_id)
), side AS (
    SELECT side, compared.*, posted.remit_claim_id IS NOT NULL AS is_posted, posted.is_reversal, coalesce(held.code, 'SUSPENSE') AS held_code,
           coalesce(posted.claim_id, held.claim_id) AS claim_id
    FROM compared_claim AS compared CROSS JOIN (VALUES ('was'), ('would_be')) AS sides(side)
    LEFT JOIN posted USING (side, remit_claim_id)
    LEFT JOIN held USING (side, remit_claim_id)
)
SELECT side, remit_claim_id, is_inside, claim_id, NULL AS adjustment_id, CASE WHEN is_posted THEN 'post' ELSE 'hold' END AS outcome,
       CASE WHEN NOT is_posted THEN held_code WHEN is_reversal THEN 'REVERSAL' ELSE 'PAYMENT' END AS rule_id, paid_cents AS cents,
       CASE WHEN is_posted THEN paid_cents ELSE 0 END AS moved_cents
FROM side
UNION ALL
SELECT side, side.remit_claim_id, is_inside, side.claim_id, adjustment.adjustment_id,
       CASE WHEN NOT is_posted THEN 'hold' ELSE concat_ws(' ', action, CASE action WHEN 'write_off' THEN decided.account WHEN 'deny' THEN decided.category END,
           CASE WHEN waits THEN '(waits)' END) END,
       CASE WHEN is_posted THEN decided.rule_id ELSE held_code END, adjustment.cents,
       CASE WHEN is_posted AND NOT waits THEN decided.posted_cents ELSE 0 END
FROM side JOIN past.remittance.adjustment AS adjustment USING (remit_claim_id)
LEFT JOIN decided USING (side, adjustment_id)
-- nothing is decided of what a reversal repeats
WHERE NOT is_posted AND adjustment.cents <> 0 AND status <> '22' OR decided.adjustment_id IS NOT NULL;

-- one row per payment or adjustment whose outcome would be another
CREATE OR REPLACE TEMP TABLE compared_change AS
SELECT CASE WHEN item = '' THEN 'payment' ELSE 'adjustment' END AS kind, remit_claim_id, coalesce(was.claim_id, would.claim_id, remit_claim_id) AS claim,
       coalesce(was.is_inside, would.is_inside) AS is_inside, coalesce(was.outcome, 'nothing') AS was, coalesce(was.rule_id, '') AS was_rule,
       coalesce(would.outcome, 'nothing') AS would_be, coalesce(would.rule_id, '') AS would_be_rule, coalesce(was.cents, would.cents) AS cents,
       coalesce(was.moved_cents, 0) AS was_moved_cents, coalesce(would.moved_cents, 0) AS would_be_moved_cents
FROM (SELECT *, coalesce(adjustment_id, '') AS item FROM compared_outcome WHERE side = 'was') AS was
FULL JOIN (SELECT *, coalesce(adjustment_id, '') AS item FROM compared_outcome WHERE side = 'would_be') AS would USING (remit_claim_id, item)
WHERE was.outcome IS DISTINCT FROM would.outcome OR was.moved_cents IS DISTINCT FROM would.moved_cents;
