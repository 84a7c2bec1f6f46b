-- one row per thing that waits for a person, nearest deadline first, then most dollars
SELECT worklist, item_id, kind, claim_id, payment_id, payer_id, provider_id, amount, opened_on, due_on, age_days, text, item_kind
FROM marts.worklist
WHERE ($worklist IS NULL OR worklist = $worklist) AND ($kind IS NULL OR kind = $kind)
  AND ($due IS NULL OR ($due = 'overdue' AND is_overdue) OR ($due IN ('soon', 'now') AND due_on BETWEEN $as_of AND $as_of + 14) OR ($due = 'now' AND is_overdue))
  AND ($claim IS NULL OR claim_id = $claim)
  AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
  AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
ORDER BY due_on IS NULL, due_on, amount DESC, item_id
