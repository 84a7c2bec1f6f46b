-- one row per day, kind and batch of what was posted into months closed before the closing $close_id and is in its column late
SELECT entry.posted_on, txn.txn_kind, CAST(entry.recorded_at AS DATE) AS recorded_on, count(DISTINCT txn_id) AS transactions,
       CAST(coalesce(sum(cents) FILTER (account = 'AR'), 0) AS BIGINT) AS ar_cents
FROM closing.period
JOIN closing.period AS before ON before.close_id = period.after_close_id
JOIN ledger.entry ON entry.posted_on < period.first_on AND entry.batch_no > before.batch_no AND entry.batch_no <= period.batch_no
JOIN ledger.txn USING (txn_id)
WHERE period.close_id = $close_id
GROUP BY ALL ORDER BY ALL;
