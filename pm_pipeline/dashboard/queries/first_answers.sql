-- one row per claim that was answered, by the day of its first answer, newest first
SELECT claim_id, payer_id, provider_id, first_billed_on, remit_on, lag_days, category, charge_amount, paid_amount
FROM drill.first_answer
WHERE ($first_day IS NULL OR remit_on >= $first_day) AND ($last_day IS NULL OR remit_on <= $last_day)
  AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
  AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
  AND ($state IS NULL OR ($state = 'denied') = is_denied)
ORDER BY remit_on DESC, charge_amount DESC, claim_id
