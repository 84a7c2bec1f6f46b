-- one row per account of the ledger
SELECT * FROM ledger.account ORDER BY account;
