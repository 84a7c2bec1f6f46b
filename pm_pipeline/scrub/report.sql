-- one row per rule that has ever found or fixed something, or only $rule_id: what it did, and the denials that came all the same
WITH finding AS (
    SELECT * FROM scrub.edit_finding WHERE rule_id = coalesce($rule_id, rule_id)
), fix AS (
    SELECT * FROM scrub.fix WHERE rule_id = coalesce($rule_id, rule_id) AND rule_id NOT IN (SELECT person_fix_id FROM scrub.person_fix)
), found AS (
    SELECT finding.rule_id, count(*) AS findings, count(*) FILTER (cleared.finding_id IS NULL) AS open_findings,
           count(DISTINCT finding.claim_id) FILTER (holding.finding_id IS NOT NULL) AS held_claims,
           min(finding.found_on) AS first_on, max(finding.found_on) AS last_on,
           median(cleared.cleared_on - finding.found_on) AS median_days_to_clear
    FROM finding
    LEFT JOIN scrub.finding_cleared AS cleared USING (finding_id)
    LEFT JOIN scrub.holding_finding((SELECT max(happened_on) FROM scrub.claim_event)) AS holding USING (finding_id)
    GROUP BY 1
), fixed AS (
    SELECT rule_id, count(*) AS fixes, min(fixed_on) AS first_on, max(fixed_on) AS last_on FROM fix GROUP BY 1
), touched AS (
    -- a claim counts once, with all its dollars, however often the rule found or fixed something on it
    SELECT rule_id, count(*) AS claims, sum(charge_cents) AS cents
    FROM (SELECT rule_id, claim_id FROM finding UNION SELECT rule_id, claim_id FROM fix) JOIN scrub.claim USING (claim_id) GROUP BY 1
), missed AS (
    -- the denial came although this edit was there: it was silent, cleared or overridden
    SELECT rule_id, count(*) AS denials, sum(denied_cents) AS denied_cents
    FROM receivables.denial_cause JOIN receivables.denial USING (denial_id) WHERE rule_id = coalesce($rule_id, rule_id) GROUP BY 1
)
SELECT rule_id, coalesce(found.findings, 0) AS findings, coalesce(touched.claims, 0) AS claims, coalesce(found.open_findings, 0) AS open_findings,
       coalesce(found.held_claims, 0) AS held_claims, CAST(coalesce(touched.cents, 0) AS BIGINT) AS cents, coalesce(fixed.fixes, 0) AS fixes,
       least(found.first_on, fixed.first_on) AS first_on, greatest(found.last_on, fixed.last_on) AS last_on,
       CAST(found.median_days_to_clear AS DOUBLE) AS median_days_to_clear, coalesce(missed.denials, 0) AS denials_missed,
       CAST(coalesce(missed.denied_cents, 0) AS BIGINT) AS denied_cents_missed
FROM found FULL JOIN fixed USING (rule_id) FULL JOIN missed USING (rule_id) LEFT JOIN touched USING (rule_id)
ORDER BY rule_id;
