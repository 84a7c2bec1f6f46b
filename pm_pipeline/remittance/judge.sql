-- what is wrong with each set of this batch, and whether its payment is known already

-- one row per set: the payment, its key, its sums
CREATE OR REPLACE TEMP TABLE payment_candidate AS
SELECT pay.*, sets.partner_id, sets.sent_at, sets.first_segment_no, sets.last_segment_no,
       short_id('P', concat_ws('|', trn03, trn02, payee_id)) AS payment_id, payer.payer_id,
       EXISTS (SELECT 1 FROM our_payee_number WHERE list_contains(pay.payee_numbers, number)) AS is_our_payee,
       claims, sums.paid_cents AS claim_paid_cents, plb_cents, lines, adjustments
FROM x12_835_payment AS pay
JOIN x12_835_sum AS sums USING (set_id)
JOIN transport.transaction_set AS sets USING (set_id)
LEFT JOIN payer_remit_id AS payer ON payer.remit_id = pay.trn03;

-- one row per reason a set cannot be loaded
CREATE OR REPLACE TEMP TABLE set_fault AS
SELECT set_id, file_id, coalesce(fault.segment_no, first_segment_no) AS segment_no, code, text
FROM (FROM x12_835_fault UNION ALL FROM x12_835_doubt) AS fault JOIN payment_candidate USING (set_id, file_id)
UNION ALL
SELECT set_id, file_id, coalesce(segment_no, first_segment_no), code, text FROM (
    SELECT *, 'BPR16' AS code, concat('BPR16 is ', effective_on, ', too far from today to be the day of payment.') AS text FROM payment_candidate
    WHERE segment_no IS NOT NULL AND (effective_on < CAST($earliest AS DATE) OR effective_on > CAST($latest AS DATE))
    UNION ALL SELECT *, 'CURRENCY', 'CUR02 is not USD; this ledger keeps one currency.' FROM payment_candidate WHERE currency <> 'USD'
    UNION ALL SELECT payment_candidate.*, 'PAYEE_NOT_OURS', 'The payment is to somebody else: misdelivered. Tell the partner.'
              FROM payment_candidate JOIN partner_rule USING (partner_id) WHERE NOT is_our_payee AND payee_not_ours = 'quarantine'
);

-- one row per set: loaded, duplicate or quarantined. The first set of a payment stands; the same content again is a
-- duplicate, other content under the same key is quarantined.
CREATE OR REPLACE TEMP TABLE judged_set AS
SELECT candidate.*, coalesce(known.set_id, first_set) AS stands_as,
       CASE WHEN EXISTS (SELECT 1 FROM set_fault WHERE set_fault.set_id = candidate.set_id) THEN 'quarantined'
            WHEN known.fingerprint = candidate.fingerprint THEN 'duplicate'
            WHEN known.fingerprint IS NOT NULL THEN 'quarantined'
            WHEN candidate.set_id = first_set THEN 'loaded'
            WHEN candidate.fingerprint = first_fingerprint THEN 'duplicate'
            ELSE 'quarantined' END AS outcome
FROM (
    SELECT *, first_value(set_id) OVER in_order AS first_set, first_value(fingerprint) OVER in_order AS first_fingerprint
    FROM payment_candidate
    WINDOW in_order AS (PARTITION BY payment_id ORDER BY EXISTS (SELECT 1 FROM set_fault WHERE set_fault.set_id = payment_candidate.set_id), sent_at, file_id, first_segment_no)
) AS candidate
LEFT JOIN remittance.payment AS known USING (payment_id);

INSERT INTO set_fault
SELECT set_id, file_id, segment_no, 'TRN_REUSED',
       concat('Payment ', trn02, ' of ', trn03, ' was loaded before with other content (set ', stands_as, '). Ask the payer which stands.')
FROM judged_set WHERE outcome = 'quarantined' AND set_id NOT IN (SELECT set_id FROM set_fault);
