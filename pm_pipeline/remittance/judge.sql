-- what is wrong with each set of this batch, and whether its payment is known already

-- one row per set: the payment, its key, its sums
CREATE OR REPLACE TEMP TABLE payment_candidate AS
SELECT pay.*, sets.partner_id, sets.sent_at, sets.first_segment_no, sets.last_segment_no,
       short_id('P', concat_ws('|', trn03, trn02, payee_id)) AS payment_id, payer.payer_id,
       EXISTS (SELECT 1 FROM our_payee_number WHERE list_contains(pay.payee_numbers, number)) AS is_our_payee,
       coalesce(clp.claims, 0) AS claims, coalesce(clp.paid, 0) AS claim_paid_cents, coalesce(clp.unreadable, 0) AS unreadable_claims,
       coalesce(clp.lines, 0) AS lines, coalesce(cas.adjustments, 0) AS adjustments,
       coalesce(plb.cents, 0) AS plb_cents, coalesce(plb.unreadable, 0) AS unreadable_plbs
FROM x12_835_payment AS pay
JOIN transport.transaction_set AS sets USING (set_id)
LEFT JOIN payer_remit_id AS payer ON payer.remit_id = pay.trn03
LEFT JOIN (SELECT set_id, count(*) AS claims, sum(paid_cents) AS paid, sum(lines) AS lines, count(paid_unread) AS unreadable
           FROM x12_835_balance GROUP BY 1) AS clp USING (set_id)
LEFT JOIN (SELECT set_id, count(*) AS adjustments FROM x12_835_adjustment GROUP BY 1) AS cas USING (set_id)
LEFT JOIN (SELECT set_id, sum(cents) AS cents, count(*) FILTER (cents IS NULL OR reason_code = '') AS unreadable FROM x12_835_plb GROUP BY 1) AS plb USING (set_id);

-- one row per reason a set cannot be loaded
CREATE OR REPLACE TEMP TABLE set_fault AS
SELECT set_id, file_id, coalesce(segment_no, first_segment_no) AS segment_no, code, text FROM (
    SELECT *, 'NO_BPR' AS code, 'The set has no BPR segment: nothing says what was paid.' AS text FROM payment_candidate WHERE segment_no IS NULL
    UNION ALL SELECT *, 'SEGMENT_ID', concat(unreadable_segments, ' segments do not begin with a segment identifier: a delimiter inside a value, or a line broken in two.')
              FROM payment_candidate WHERE unreadable_segments > 0
    UNION ALL SELECT *, 'STRAY_SEGMENT', concat(stray_segments, ' SVC or CAS segments stand under no CLP, so nothing says which claim they speak of.')
              FROM payment_candidate WHERE stray_segments > 0
    UNION ALL SELECT *, 'NO_TRN', 'TRN02 or TRN03 is missing: the payment cannot be told from another.' FROM payment_candidate WHERE trn02 IS NULL OR trn03 IS NULL
    UNION ALL SELECT *, 'NO_PAYEE', 'There is no N1*PE with an identifier: nothing says who was paid.' FROM payment_candidate WHERE payee_id IS NULL
    UNION ALL SELECT *, 'BPR02', 'BPR02 is missing or no amount.' FROM payment_candidate WHERE segment_no IS NOT NULL AND paid_cents IS NULL
    UNION ALL SELECT *, 'BPR03', 'BPR03 is not C (a credit to us): the payer debits us, or does not say. A person must see to it.'
              FROM payment_candidate WHERE segment_no IS NOT NULL AND bpr03 IS DISTINCT FROM 'C'
    UNION ALL SELECT *, 'NON_WITH_MONEY', 'BPR01 is H (notice only) or BPR04 is NON (no payment), but BPR02 is an amount (RFI 1581).'
              FROM payment_candidate WHERE (bpr04 = 'NON' OR bpr01 = 'H') AND paid_cents <> 0
    UNION ALL SELECT *, 'BPR16', CASE WHEN bpr16 IS NULL THEN 'BPR16, the day of payment, is missing.' WHEN effective_on IS NULL THEN 'BPR16, the day of payment, is no date.'
                                             ELSE concat('BPR16 is ', effective_on, ', too far from today to be the day of payment.') END FROM payment_candidate
              WHERE segment_no IS NOT NULL AND (effective_on IS NULL OR effective_on < CAST($earliest AS DATE) OR effective_on > CAST($latest AS DATE))
    UNION ALL SELECT *, 'CURRENCY', 'CUR02 is not USD; this ledger keeps one currency.' FROM payment_candidate WHERE currency <> 'USD'
    UNION ALL SELECT *, 'CLP04', concat(unreadable_claims, ' claims have a CLP04 that is no amount, so the set cannot be proven to balance.') FROM payment_candidate WHERE unreadable_claims > 0
    UNION ALL SELECT *, 'PLB', concat(unreadable_plbs, ' provider adjustments have no reason or no amount.') FROM payment_candidate WHERE unreadable_plbs > 0
    UNION ALL SELECT *, 'PAYMENT_GATE', concat('BPR02 is ', paid_cents, ' cents, but the claims pay ', claim_paid_cents, ' less provider adjustments of ', plb_cents, '.')
              FROM payment_candidate WHERE unreadable_claims = 0 AND unreadable_plbs = 0 AND paid_cents <> claim_paid_cents - plb_cents
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
