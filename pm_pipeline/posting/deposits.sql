-- bank deposits: tie to the payment with the same trace number and amount, and clear it
CREATE OR REPLACE TEMP TABLE deposit_pair AS
SELECT deposit.*, pay.payment_id, pay.payer_id, pay.paid_cents,
       CASE pay.method WHEN 'ACH' THEN 'eft' WHEN 'FWT' THEN 'eft' WHEN 'BOP' THEN 'eft' WHEN 'CHK' THEN 'check' WHEN 'NON' THEN 'none' ELSE 'other' END AS cash
FROM remittance.deposit AS deposit
JOIN remittance.payment AS pay ON pay.trn02 = trim(deposit.trace_number) AND (deposit.originator IS NULL OR pay.trn03 = trim(deposit.originator))
WHERE deposit.deposit_id NOT IN (SELECT deposit_id FROM posting.deposit_match) AND pay.payment_id NOT IN (SELECT payment_id FROM posting.deposit_match)
QUALIFY row_number() OVER (PARTITION BY pay.payment_id ORDER BY pay.paid_cents <> deposit.cents, deposit.deposited_on, deposit.deposit_id) = 1
    AND row_number() OVER (PARTITION BY deposit.deposit_id ORDER BY pay.paid_cents <> deposit.cents, pay.effective_on, pay.payment_id) = 1;

INSERT INTO posting.deposit_match
SELECT deposit_id, payment_id, CAST($today AS DATE), $run_id FROM deposit_pair WHERE cents = paid_cents;

INSERT INTO ledger_proposal
SELECT concat('deposit:', deposit_id), 'deposit', NULL, 'policy', 'deposit', CASE side WHEN 1 THEN 'BANK' ELSE 'CASH_CLEARING' END,
       CASE side WHEN 1 THEN 'none' ELSE cash END, side * cents, $practice_id, payer_id, NULL, NULL, NULL, payment_id, NULL, NULL, deposited_on, file_id, row_no,
       $policy_id, $policy_version, 'DEPOSIT'
FROM deposit_pair CROSS JOIN (VALUES (1), (-1)) AS sides(side) WHERE cents = paid_cents;

INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', 'DEPOSIT_AMOUNT', deposit_id)), 'DEPOSIT_AMOUNT', 'deposit', deposit_id, payment_id, NULL, NULL, cents - paid_cents,
       concat('deposit ', cents, ' cents, BPR02 ', paid_cents, ' cents'), false, CAST($today AS DATE), $run_id
FROM deposit_pair WHERE cents <> paid_cents;
