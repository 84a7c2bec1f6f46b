-- one row per claim of $claims: its state now, and the rules with a finding that keeps it from leaving on that day
SELECT now.claim_id, now.state, coalesce(list_sort(list(DISTINCT holding.rule_id) FILTER (holding.rule_id IS NOT NULL)), []) AS held_by
FROM scrub.claim_state AS now
LEFT JOIN scrub.holding_finding(CAST($day AS DATE)) AS holding ON holding.claim_id = now.claim_id
WHERE list_contains(CAST($claims AS VARCHAR[]), now.claim_id)
GROUP BY ALL
ORDER BY now.claim_id;
