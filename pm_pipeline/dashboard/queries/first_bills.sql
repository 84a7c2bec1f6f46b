-- one row per claim by the day it was first sent, newest first
SELECT claim_id, payer_id, provider_id, location_id, first_billed_on, was_held, is_clean, charge_amount
FROM drill.first_bill
WHERE ($first_day IS NULL OR first_billed_on >= $first_day) AND ($last_day IS NULL OR first_billed_on <= $last_day)
  AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
  AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
ORDER BY first_billed_on DESC, charge_amount DESC, claim_id
