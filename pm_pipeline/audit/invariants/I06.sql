-- one row per claim whose balance is not the sum of its A/R entries
SELECT coalesce(entry.claim_id, balance.claim_id) AS item, concat('entries ', entry.cents, ' cents, balance ', balance.cents) AS text
FROM (SELECT claim_id, sum(cents) AS cents FROM ledger.entry WHERE account = 'AR' GROUP BY 1 HAVING sum(cents) <> 0) AS entry
FULL JOIN (SELECT claim_id, sum(balance_cents) AS cents FROM receivables.balances(DATE '9999-12-31') GROUP BY 1 HAVING sum(balance_cents) <> 0) AS balance
  ON balance.claim_id = entry.claim_id
WHERE entry.cents IS DISTINCT FROM balance.cents;
