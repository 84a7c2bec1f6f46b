-- one row per finding ever made of the claim: what it is now (holds, overridden, warns, noted, cleared), those that hold first
SELECT finding.finding_id, finding.claim_id, finding.line_no, finding.rule_id, finding.rule_version, finding.severity, finding.message, finding.remedy,
       finding.found_on, cleared.cleared_on, overridden.override_id,
       CASE WHEN cleared.finding_id IS NOT NULL THEN 'cleared' WHEN holding.finding_id IS NOT NULL THEN 'holds'
            WHEN overridden.finding_id IS NOT NULL THEN 'overridden' WHEN finding.severity = 'warn' THEN 'warns' ELSE 'noted' END AS stands
FROM scrub.edit_finding AS finding
LEFT JOIN scrub.finding_cleared AS cleared ON cleared.finding_id = finding.finding_id
LEFT JOIN scrub.holding_finding(CAST($day AS DATE)) AS holding ON holding.finding_id = finding.finding_id
LEFT JOIN scrub.overridden_finding(CAST($day AS DATE)) AS overridden ON overridden.finding_id = finding.finding_id
WHERE finding.claim_id = $claim_id
ORDER BY list_position(['holds', 'overridden', 'warns', 'noted', 'cleared'], stands), finding.found_on, finding.line_no NULLS FIRST, finding.rule_id;
