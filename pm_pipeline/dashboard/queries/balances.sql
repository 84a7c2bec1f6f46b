-- one row per claim, charge and party with a balance on the as-of day, in the bucket of the aging base asked for, most dollars first
WITH standing AS (
    SELECT claim_id, charge_id, practice_id, payer_id, provider_id, location_id, party, balance_amount, service_on, responsible_on,
           CASE WHEN first_billed_on <= $as_of THEN first_billed_on END AS billed_on
    FROM drill.ar_balance
    WHERE from_on <= $as_of AND (until_on IS NULL OR $as_of < until_on)
  AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
  AND ($provider IS NULL OR provider_id = $provider) AND ($payer IS NULL OR payer_id = $payer)
      AND ($claim IS NULL OR claim_id = $claim)
      AND ($party IS NULL OR party = $party OR ($party = 'insurance' AND payer_id <> 'patient'))
), aged AS (
    SELECT *, date_diff('day', CASE coalesce($base, 'service_date') WHEN 'service_date' THEN service_on WHEN 'first_bill' THEN billed_on ELSE responsible_on END, CAST($as_of AS DATE)) AS age_days
    FROM standing
), placed AS (
    SELECT *, CASE WHEN age_days IS NULL THEN 'not billed' WHEN age_days <= 30 THEN '0-30' WHEN age_days <= 60 THEN '31-60' WHEN age_days <= 90 THEN '61-90'
                   WHEN age_days <= 120 THEN '91-120' ELSE '121+' END AS bucket
    FROM aged
)
SELECT claim_id, charge_id, payer_id, party, provider_id, service_on, billed_on, responsible_on, age_days, bucket, balance_amount AS amount
FROM placed
WHERE $bucket IS NULL OR bucket = $bucket OR ($bucket = 'over 90' AND age_days > 90)
ORDER BY amount DESC, claim_id, charge_id, party
