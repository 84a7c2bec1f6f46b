-- one row per claim that edits found something in: how much, and what is still open; the newest first
SELECT claim_id, any_value(payer_id) AS payer_id, any_value(provider_id) AS provider_id, count(*) AS findings, count(*) FILTER (state = 'open') AS open_findings,
       min(found_on) AS first_on, max(found_on) AS last_on, any_value(charge_amount) AS charge_amount
FROM drill.finding
WHERE ($first_day IS NULL OR found_on >= $first_day) AND ($last_day IS NULL OR found_on <= $last_day)
  AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
  AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
  AND ($rule IS NULL OR rule_id = $rule) AND ($severity IS NULL OR severity = $severity)
GROUP BY claim_id
ORDER BY last_on DESC, claim_id
