-- one row: what was denied, what is open, what ended and what of it came back
SELECT count(*) AS denials, coalesce(sum(denied_amount), 0) AS denied_amount, count(*) FILTER (outcome = 'open') AS open_denials,
       coalesce(sum(denied_amount) FILTER (outcome = 'open'), 0) AS open_amount, count(*) FILTER (outcome NOT IN ('open', 'superseded')) AS ended,
       coalesce(sum(recovered_amount), 0) AS recovered_amount, coalesce(sum(denied_amount) FILTER (is_preventable), 0) AS preventable_amount
FROM drill.denial
WHERE ($first_day IS NULL OR denied_on >= $first_day) AND ($last_day IS NULL OR denied_on <= $last_day)
  AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
  AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
