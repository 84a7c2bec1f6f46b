-- one row per edit and severity: how often it spoke, and what became of it; most that still holds first
SELECT rule_id, severity, count(*) AS findings, count(DISTINCT claim_id) AS claims, count(*) FILTER (state = 'open') AS open_findings,
       count(*) FILTER (state = 'cleared') AS cleared, count(*) FILTER (state = 'overridden') AS overridden, max(found_on) AS last_on, any_value(message) AS message
FROM drill.finding
WHERE ($first_day IS NULL OR found_on >= $first_day) AND ($last_day IS NULL OR found_on <= $last_day)
  AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
  AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
GROUP BY rule_id, severity
ORDER BY open_findings DESC, findings DESC, rule_id
