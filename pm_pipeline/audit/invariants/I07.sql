-- one row when the aging does not come to the A/R control account
SELECT 'A/R' AS item, concat('aging ', aged, ' cents, control account ', control) AS text
FROM (SELECT coalesce(sum(balance_cents), 0) AS aged FROM receivables.aging(DATE '9999-12-31')),
     (SELECT coalesce(sum(cents), 0) AS control FROM ledger.entry WHERE account = 'AR')
WHERE aged <> control;
