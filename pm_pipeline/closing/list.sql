-- one row per closing, in order: its state (closed, reopened), what seals it, A/R at its end, and what was posted into it since
SELECT period.close_id, period.month, period.edition, CASE WHEN reopening.close_id IS NULL THEN 'closed' ELSE 'reopened' END AS state,
       period.first_on, period.last_on, period.after_close_id, period.batch_no, period.chain_seq, period.chain_hash, seal.seal,
       period.actor, period.person_name, period.person_title, period.practice_name,
       period.closed_on, period.closed_at, reopening.actor AS reopened_by, reopening.reason AS reopened_because, reopening.reopened_on,
       reopening.reopened_at, coalesce(rolled.ar_cents, 0) AS ar_cents, coalesce(late.txns, 0) AS late_transactions, coalesce(late.ar_cents, 0) AS late_ar_cents
FROM closing.period
LEFT JOIN closing.reopening USING (close_id)
JOIN closing.seal ON seal.close_id = period.close_id AND seal.act = 'close'
LEFT JOIN (SELECT close_id, CAST(sum(closing_cents) AS BIGINT) AS ar_cents FROM closing.roll_forward GROUP BY close_id) AS rolled ON rolled.close_id = period.close_id
LEFT JOIN (SELECT close_id, count(*) AS txns, CAST(sum(ar_cents) AS BIGINT) AS ar_cents FROM closing.late_txn GROUP BY close_id) AS late
  ON late.close_id = period.close_id
ORDER BY period.last_on, period.edition;
