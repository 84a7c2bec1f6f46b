-- one row per claim or payment that a KPI counts on the as-of day: what it adds to the numerator and to the denominator, most first
-- each branch repeats, over rows, what the mart sums (dbt_project/models/intermediate/int_kpi__*); a test holds them equal
WITH asked AS NOT MATERIALIZED (
    SELECT CAST($as_of AS DATE) AS day, date_trunc('month', CAST($as_of AS DATE))::DATE AS month_on,
           (date_trunc('month', CAST($as_of AS DATE)) - INTERVAL 2 MONTH)::DATE AS window_on,
           -- the newest month that ended 120 days ago
           (date_trunc('month', CAST($as_of AS DATE) - 119) - INTERVAL 1 MONTH)::DATE AS mature_on
), balance AS NOT MATERIALIZED (
    SELECT row.*, CASE WHEN first_billed_on <= day THEN first_billed_on END AS billed_on, day
    FROM drill.ar_balance AS row, asked
    WHERE (starts_with($kpi, 'days_in_ar') OR starts_with($kpi, 'aged_ar')) AND from_on <= day AND (until_on IS NULL OR day < until_on)
      AND ($practice IS NULL OR practice_id = $practice) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
), counted AS NOT MATERIALIZED (
    SELECT claim_id, NULL AS payment_id, practice_id, payer_id, provider_id, 'open A/R' AS what, min(service_on) AS on_day, sum(balance_amount) AS numerator, NULL AS denominator
    FROM balance WHERE starts_with($kpi, 'days_in_ar')
    GROUP BY claim_id, practice_id, payer_id, provider_id, party HAVING $kpi = 'days_in_ar_netted' OR sum(balance_amount) > 0
    UNION ALL
    SELECT claim_id, NULL, practice_id, payer_id, provider_id, 'charge over 90 days', posted_on, NULL, amount / 90.0
    FROM drill.ar_movement, asked
    WHERE starts_with($kpi, 'days_in_ar') AND movement IN ('charge', 'responsibility') AND posted_on BETWEEN day - 89 AND day
    UNION ALL
    SELECT claim_id, NULL, practice_id, payer_id, provider_id, 'billed A/R of ' || party,
           service_on, CASE WHEN date_diff('day', CASE WHEN ends_with($kpi, 'service_date') THEN service_on WHEN ends_with($kpi, 'first_bill') THEN billed_on ELSE responsible_on END, day)
                                 > CASE WHEN contains($kpi, 'over_120') THEN 120 ELSE 90 END THEN balance_amount ELSE 0 END, balance_amount
    FROM balance WHERE starts_with($kpi, 'aged_ar') AND billed_on IS NOT NULL
    UNION ALL
    SELECT claim_id, NULL, practice_id, charge_payer_id, provider_id, movement, posted_on,
           CASE WHEN movement = 'payment' THEN -amount ELSE 0 END, CASE WHEN movement IN ('charge', 'responsibility', 'contractual') THEN amount ELSE 0 END
    FROM drill.ar_movement, asked
    WHERE starts_with($kpi, 'net_collection_rate') AND movement IN ('payment', 'charge', 'responsibility', 'contractual')
      AND date_trunc('month', posted_on) <= day
      AND CASE $kpi WHEN 'net_collection_rate_cash' THEN date_trunc('month', posted_on) >= window_on
                    WHEN 'net_collection_rate_matched' THEN date_trunc('month', service_on) <= mature_on AND date_trunc('month', service_on) > mature_on - INTERVAL 3 MONTH
                    ELSE date_trunc('month', service_on) > mature_on AND date_trunc('month', service_on) <= day END
    UNION ALL
    SELECT claim_id, NULL, practice_id, payer_id, provider_id, 'first answer', remit_on,
           CASE WHEN is_denied AND denied_on <= day AND (ends_with($kpi, 'remits') OR remit_on >= month_on) THEN CASE WHEN contains($kpi, 'dollars') THEN charge_amount ELSE 1 END ELSE 0 END,
           CASE WHEN ends_with($kpi, 'remits') THEN CASE WHEN contains($kpi, 'dollars') THEN charge_amount ELSE 1 END END
    FROM drill.first_answer, asked
    WHERE starts_with($kpi, 'initial_denial_rate') AND posted_on <= day AND remit_on BETWEEN window_on AND day
    UNION ALL
    SELECT claim_id, NULL, practice_id, payer_id, provider_id, 'first sent, a third', first_billed_on, 0, CASE WHEN contains($kpi, 'dollars') THEN charge_amount ELSE 1 END / 3.0
    FROM drill.first_bill, asked
    WHERE starts_with($kpi, 'initial_denial_rate') AND ends_with($kpi, 'submissions') AND first_billed_on >= month_on - INTERVAL 3 MONTH AND first_billed_on < month_on
      AND EXISTS (SELECT 1 FROM marts.kpi_part AS part WHERE part.kpi = $kpi AND part.as_of_date = $as_of AND part.denominator IS NOT NULL)
    UNION ALL
    SELECT min(remit.claim_id), any_value(line.payment_id), 'all', line.payer_id, 'all', 'remittance ' || CASE WHEN ends_with($kpi, 'claims') THEN 'claim' ELSE 'line' END, any_value(line.received_on),
           CASE WHEN count(*) = count(*) FILTER (line.auto_posted_on <= day) THEN CASE WHEN ends_with($kpi, 'dollars') THEN sum(line.moved_amount) ELSE 1 END ELSE 0 END,
           CASE WHEN ends_with($kpi, 'dollars') THEN sum(line.moved_amount) ELSE 1 END
    FROM drill.remit_line AS line JOIN asked ON line.received_on BETWEEN asked.window_on AND asked.day LEFT JOIN drill.remit_claim AS remit USING (remit_claim_id)
    WHERE starts_with($kpi, 'auto_post_rate') AND NOT ends_with($kpi, 'payments')
    GROUP BY CASE WHEN ends_with($kpi, 'claims') THEN line.remit_claim_id ELSE line.remit_line_id END, line.payer_id, asked.day
    UNION ALL
    SELECT NULL, payment_id, 'all', payer_id, 'all', 'payment', received_on, CASE WHEN auto_posted_on <= day THEN 1 ELSE 0 END, 1
    FROM drill.remit_payment, asked WHERE $kpi = 'auto_post_rate_payments' AND received_on BETWEEN window_on AND day
    UNION ALL
    SELECT bill.claim_id, NULL, practice_id, payer_id, provider_id, 'first sent', first_billed_on,
           CASE WHEN $kpi = 'clean_claim_rate' THEN CASE WHEN is_clean THEN 1 ELSE 0 END ELSE coalesce(touched.touches, 0) END, 1
    FROM drill.first_bill AS bill JOIN asked ON bill.first_billed_on BETWEEN asked.window_on AND asked.day
    LEFT JOIN (SELECT claim_id, count(*) AS touches FROM drill.touch WHERE acted_on <= $as_of GROUP BY claim_id) AS touched ON touched.claim_id = bill.claim_id
    WHERE $kpi IN ('clean_claim_rate', 'touches_per_claim')
)
SELECT claim_id, payment_id, payer_id, provider_id, what, on_day, CAST(coalesce(numerator, 0) AS DOUBLE) AS numerator, CAST(coalesce(denominator, 0) AS DOUBLE) AS denominator
FROM counted
WHERE (coalesce(numerator, 0) <> 0 OR coalesce(denominator, 0) <> 0)
  AND ($practice IS NULL OR practice_id IN ($practice, 'all')) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
ORDER BY numerator DESC, denominator DESC, claim_id, payment_id
