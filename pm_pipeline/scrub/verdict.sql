-- one row per judged claim: the state its standing findings lead to; one that a person overrides holds nothing. Without a payer nothing
-- is released, whatever the rules and people say
CREATE OR REPLACE TEMP TABLE scrub_verdict AS
SELECT judged.claim_id, judged.state, judged.seq, judged.last_kind, judged.last_detail,
       CASE WHEN found.rules IS NOT NULL THEN 'held' WHEN judged.payer_turn = 'patient' THEN 'self_pay'
            WHEN judged.payer_id IS NULL THEN 'held' ELSE 'released' END AS wanted,
       coalesce(found.rules, CASE WHEN wanted = 'held' THEN 'no payer' ELSE 'in spite of ' || found.overridden END) AS rules
FROM scrub_judged AS judged
LEFT JOIN (
    SELECT claim_id, string_agg(DISTINCT rule_id, ' ' ORDER BY rule_id) FILTER (override_id IS NULL) AS rules,
           string_agg(DISTINCT rule_id, ' ' ORDER BY rule_id) FILTER (override_id IS NOT NULL) AS overridden
    FROM scrub.open_finding
    LEFT JOIN scrub.overridden_finding(CAST($today AS DATE)) USING (finding_id)
    WHERE severity = 'hold' GROUP BY claim_id
) AS found USING (claim_id);
