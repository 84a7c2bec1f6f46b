-- what a payer announced (WO) or carried forward (FB) and has not taken, or took and never announced: open until it balances

-- one row per payer, reason and reference whose posted provider adjustments do not come to zero
CREATE OR REPLACE TEMP TABLE recoup_open AS
SELECT pay.payer_id, plb.reason_code, plb.reference, sum(plb.cents) AS cents, count(DISTINCT plb.payment_id) AS payments,
       arg_max(plb.plb_id, (pay.effective_on, plb.plb_id)) AS plb_id, arg_max(plb.payment_id, (pay.effective_on, plb.plb_id)) AS payment_id,
       short_id('Q', concat_ws('|', 'RECOUP_OPEN', pay.payer_id, plb.reason_code, plb.reference, count(DISTINCT plb.payment_id), sum(plb.cents))) AS exception_id
FROM remittance.provider_adjustment AS plb
JOIN remittance.current_payment AS pay USING (payment_id)
JOIN codes.plb AS code USING (reason_code)
WHERE code.account = 'RECOUP_DUE' AND plb.plb_id IN (SELECT plb_id FROM posting.provider_adjustment_outcome WHERE kind IN ('post', 'release'))
GROUP BY pay.payer_id, plb.reason_code, plb.reference HAVING sum(plb.cents) <> 0;

INSERT OR IGNORE INTO posting.exception
SELECT exception_id, 'RECOUP_OPEN', 'provider_adjustment', plb_id, payment_id, NULL, NULL, cents,
       concat_ws(' ', 'PLB', reason_code, concat(coalesce(reference, 'without reference'), ':'), cents, 'cents over', payments,
                 CASE WHEN payments = 1 THEN 'payment' ELSE 'payments' END, 'are not balanced'), false, CAST($today AS DATE), $run_id
FROM recoup_open;

INSERT OR IGNORE INTO posting.exception_closed
SELECT exception_id, 'settled_since', 'policy', CAST($today AS DATE), $run_id
FROM posting.open_exception WHERE code = 'RECOUP_OPEN' AND exception_id NOT IN (SELECT exception_id FROM recoup_open);
