-- one row per claim or payment that a KPI counts on the as-of day: what it adds to the numerator and to the denominator, most first
-- what counts in a span is stated in drill.kpi_event; what stands open on a day, a balance, is added up here as the marts do
WITH asked AS NOT MATERIALIZED (
    SELECT span.as_of_date AS day, span.start_on, span.end_on, definition.denominator_per AS per
    FROM marts.definition AS definition JOIN drill.kpi_span AS span ON span.span = definition.span AND span.as_of_date = CAST($as_of AS DATE)
    WHERE definition.name = $kpi
), balance AS NOT MATERIALIZED (
    SELECT row.*, CASE WHEN first_billed_on <= day THEN first_billed_on END AS billed_on, day
    FROM drill.ar_balance AS row, asked
    WHERE ($kpi IN ('days_in_ar_gross', 'days_in_ar_netted', 'credit_balance_days') OR starts_with($kpi, 'aged_ar')) AND from_on <= day AND (until_on IS NULL OR day < until_on)
      AND ($practice IS NULL OR practice_id = $practice) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
), counted AS NOT MATERIALIZED (
    SELECT claim_id, NULL AS payment_id, practice_id, payer_id, provider_id, 'open A/R' AS what, min(service_on) AS on_day,
           CASE $kpi WHEN 'credit_balance_days' THEN -sum(balance_amount) ELSE sum(balance_amount) END AS numerator, NULL AS denominator
    FROM balance WHERE $kpi IN ('days_in_ar_gross', 'days_in_ar_netted', 'credit_balance_days')
    GROUP BY claim_id, practice_id, payer_id, provider_id, party
    HAVING CASE $kpi WHEN 'days_in_ar_netted' THEN true WHEN 'credit_balance_days' THEN sum(balance_amount) < 0 ELSE sum(balance_amount) > 0 END
    UNION ALL
    SELECT claim_id, NULL, practice_id, payer_id, provider_id, 'billed A/R of ' || party,
           service_on, CASE WHEN date_diff('day', CASE WHEN ends_with($kpi, 'service_date') THEN service_on WHEN ends_with($kpi, 'first_bill') THEN billed_on ELSE responsible_on END, day)
                                 > CASE WHEN contains($kpi, 'over_120') THEN 120 ELSE 90 END THEN balance_amount ELSE 0 END, balance_amount
    FROM balance WHERE starts_with($kpi, 'aged_ar') AND billed_on IS NOT NULL
    UNION ALL
    SELECT max(claim_id), payment_id, practice_id, payer_id, 'all', 'unapplied', min(posted_on), -sum(amount), NULL
    FROM drill.off_ar_entry, asked WHERE $kpi = 'unapplied_cash_days' AND account = 'UNAPPLIED' AND posted_on <= day
    GROUP BY coalesce(payment_id, claim_id, entry_id), payment_id, practice_id, payer_id
    UNION ALL
    SELECT event.claim_id, event.payment_id, coalesce(event.practice_id, 'all'), event.payer_id, coalesce(event.provider_id, 'all'), event.what, event.counted_on,
           event.numerator, event.denominator / asked.per
    FROM drill.kpi_event AS event JOIN asked ON event.counted_on BETWEEN asked.start_on AND asked.end_on AND event.known_on <= asked.day
    WHERE event.kpi = regexp_replace($kpi, '_(median|p90)$', '_mean')
)
SELECT claim_id, payment_id, payer_id, provider_id, what, on_day, CAST(coalesce(numerator, 0) AS DOUBLE) AS numerator, CAST(coalesce(denominator, 0) AS DOUBLE) AS denominator
FROM counted
WHERE (coalesce(numerator, 0) <> 0 OR coalesce(denominator, 0) <> 0)
  AND ($practice IS NULL OR practice_id IN ($practice, 'all')) AND ($payer IS NULL OR payer_id = $payer) AND ($provider IS NULL OR provider_id = $provider)
ORDER BY numerator DESC, denominator DESC, claim_id, payment_id
