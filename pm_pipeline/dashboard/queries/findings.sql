-- one row per thing an edit found, newest first
SELECT finding_id, claim_id, line_no, rule_id, rule_version, severity, state, payer_id, provider_id, found_on, cleared_on, charge_amount, message, remedy
FROM drill.finding
WHERE ($first_day IS NULL OR found_on >= $first_day) AND ($last_day IS NULL OR found_on <= $last_day)
  AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
  AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
  AND ($rule IS NULL OR rule_id = $rule) AND ($severity IS NULL OR severity = $severity) AND ($state IS NULL OR state = $state)
  AND ($claim IS NULL OR claim_id = $claim)
ORDER BY found_on DESC, claim_id, finding_id
