-- deposits the bank took back: each is told to a person, and what it took from a payment is owed again

-- one row per return and the one tied payment it names, if any; a return of more than came is told and not posted
CREATE OR REPLACE TEMP TABLE bank_return AS
WITH tied AS (
    SELECT payment_id, sum(cents) AS cents FROM posting.deposit_part GROUP BY payment_id
), found AS (
    SELECT line.line_id, pay.payment_id, pay.payer_id, pay.cash
    FROM remittance.bank_line AS line
    JOIN remittance.current_payment AS pay ON pay.trn02 = line.trace_number AND coalesce(pay.trn03 = line.originator, true)
    JOIN tied ON tied.payment_id = pay.payment_id
    WHERE line.becomes = 'return' AND abs(line.cents) <= tied.cents
    QUALIFY count(*) OVER (PARTITION BY line.line_id) = 1
)
SELECT line.*, abs(line.cents) AS taken_cents, found.payment_id, found.payer_id, found.cash
FROM remittance.bank_line AS line LEFT JOIN found USING (line_id)
WHERE line.becomes = 'return' AND line.line_id NOT IN (SELECT line_id FROM posting.bank_return_posted);

INSERT INTO ledger_proposal
SELECT concat('bank_return:', line_id), 'bank_return', NULL, 'policy', 'deposit', CASE side WHEN -1 THEN 'BANK' ELSE 'CASH_CLEARING' END,
       CASE side WHEN -1 THEN 'none' ELSE cash END, side * taken_cents, $practice_id, payer_id, NULL, NULL, NULL, payment_id, NULL, NULL, posted_on, file_id, record_no,
       $policy_id, $policy_version, 'BANK-RETURN'
FROM bank_return CROSS JOIN (VALUES (1), (-1)) AS sides(side) WHERE payment_id IS NOT NULL;

INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', 'BANK_RETURN', line_id)), 'BANK_RETURN', 'bank_line', line_id, payment_id, NULL, NULL, -taken_cents,
       concat('bank type ', type_code, ' of ', posted_on, ', record ', record_no, CASE WHEN payment_id IS NULL THEN '; it names no payment that a deposit cleared' END),
       false, CAST($today AS DATE), $run_id
FROM bank_return;

INSERT INTO posting.bank_return_posted
SELECT line_id, payment_id, taken_cents, CAST($today AS DATE), $run_id FROM bank_return WHERE payment_id IS NOT NULL;
