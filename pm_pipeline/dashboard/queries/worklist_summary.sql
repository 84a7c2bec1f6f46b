-- one row per worklist with something on it: how much waits, since when, and until when
SELECT worklist, count(*) AS items, sum(amount) AS amount, count(*) FILTER (is_overdue) AS overdue, sum(amount) FILTER (is_overdue) AS overdue_amount,
       count(*) FILTER (due_on BETWEEN $as_of AND $as_of + 14) AS due_soon, min(due_on) FILTER (due_on >= $as_of) AS next_due_on, max(age_days) AS oldest_days
FROM marts.worklist
WHERE true
  AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
  AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
GROUP BY worklist
ORDER BY amount DESC, worklist
