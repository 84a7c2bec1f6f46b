-- one row per payer, side by side: how fast it answers, how much it refuses, what it owes and what it pays short
WITH answer AS (
    SELECT payer_id, count(*) AS answered, median(lag_days) AS lag_median, quantile_cont(lag_days, 0.9) AS lag_p90, count(*) FILTER (is_denied) AS denied,
           coalesce(sum(charge_amount) FILTER (is_denied), 0) AS denied_charge_amount
    FROM drill.first_answer
    WHERE ($first_day IS NULL OR remit_on >= $first_day) AND ($last_day IS NULL OR remit_on <= $last_day)
      AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location) AND ($provider IS NULL OR provider_id = $provider)
    GROUP BY payer_id
), bill AS (
    SELECT payer_id, count(*) AS sent FROM drill.first_bill
    WHERE ($first_day IS NULL OR first_billed_on >= $first_day) AND ($last_day IS NULL OR first_billed_on <= $last_day)
      AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location) AND ($provider IS NULL OR provider_id = $provider)
    GROUP BY payer_id
), owed AS (
    SELECT payer_id, sum(balance_amount) AS open_amount, sum(billed_amount) FILTER (bucket IN ('91-120', '121+')) AS over_90_amount
    FROM marts.ar_aging
    WHERE as_of_date = (SELECT max(as_of_date) FROM marts.ar_aging) AND aging_base = 'first_bill'
      AND ($practice IS NULL OR practice_id = $practice) AND ($provider IS NULL OR provider_id = $provider)
    GROUP BY payer_id
), short AS (
    SELECT payer_id, sum(amount) AS underpaid_amount FROM marts.worklist
    WHERE worklist = 'underpayments' AND ($practice IS NULL OR practice_id = $practice) AND ($location IS NULL OR location_id = $location)
      AND ($provider IS NULL OR provider_id = $provider)
    GROUP BY payer_id
)
SELECT payer_id, coalesce(sent, 0) AS sent, coalesce(answered, 0) AS answered, lag_median, lag_p90, coalesce(denied, 0) AS denied,
       CASE WHEN answered > 0 THEN CAST(denied AS DOUBLE) / answered END AS denial_rate, coalesce(denied_charge_amount, 0) AS denied_charge_amount,
       coalesce(open_amount, 0) AS open_amount, coalesce(over_90_amount, 0) AS over_90_amount, coalesce(underpaid_amount, 0) AS underpaid_amount
FROM answer FULL JOIN bill USING (payer_id) FULL JOIN owed USING (payer_id) FULL JOIN short USING (payer_id)
WHERE $payer IS NULL OR payer_id = $payer
ORDER BY open_amount DESC, payer_id
