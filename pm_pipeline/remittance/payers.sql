-- one row per payment whose payer was not in payers.yaml when it was loaded and is now: what waits for it can be posted
INSERT INTO remittance.payer_named
SELECT payment_id, known.payer_id, CAST($today AS DATE), $run_id
FROM remittance.current_payment AS pay JOIN payer_remit_id AS known ON known.remit_id = pay.trn03 WHERE pay.payer_id IS NULL;
