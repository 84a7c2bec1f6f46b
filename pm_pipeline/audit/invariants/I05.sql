-- one row per payment key (TRN03, TRN02, payee) held by more than one payment
SELECT concat_ws(' ', trn03, trn02) AS item, concat(count(*), ' payments') AS text
FROM remittance.payment GROUP BY trn03, trn02, payee_id HAVING count(*) > 1;
