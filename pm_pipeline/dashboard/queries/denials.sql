-- one row per denial episode, newest first
SELECT denial_id, claim_id, charge_id, payer_id, provider_id, procedure_code, category, group_code || '-' || carc AS carc, rarc, root_cause_rules,
       root_cause_verdict, denied_on, appeal_by, outcome, denied_amount, recovered_amount
FROM drill.denial
WHERE ($first_day IS NULL OR denied_on >= $first_day) AND ($last_day IS NULL OR denied_on <= $last_day)
  AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
  AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
  AND ($item IS NULL OR denial_id = $item)
  AND ($outcome IS NULL OR outcome = $outcome OR ($outcome = 'with money back' AND recovered_amount <> 0) OR ($outcome = 'preventable' AND is_preventable))
  AND ($value IS NULL OR $value = CASE $by WHEN 'carc' THEN group_code || '-' || carc WHEN 'payer' THEN payer_id WHEN 'provider' THEN coalesce(provider_id, 'unknown')
                                           WHEN 'procedure' THEN procedure_code WHEN 'root_cause' THEN root_cause_rules ELSE category END)
ORDER BY denied_on DESC, denied_amount DESC, denial_id
