-- one row per payer that owes and bucket: open A/R on the as-of day by one aging base
SELECT payer_id, bucket, sum(balance_amount) AS amount, sum(billed_amount) AS billed_amount, sum(balances) AS balances
FROM marts.ar_aging
WHERE as_of_date = $as_of AND aging_base = $base AND ($party IS NULL OR party = $party OR ($party = 'insurance' AND payer_id <> 'patient'))
  AND ($practice IS NULL OR practice_id = $practice) AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
GROUP BY payer_id, bucket
ORDER BY payer_id, bucket
