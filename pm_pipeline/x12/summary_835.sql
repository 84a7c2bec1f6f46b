-- what an 835 set comes to: temporary tables summary_set (one row per set), summary_problem (one row per thing wrong) and
-- summary_claim_list (one row per claim listed: at most $list_claims per set, those that do not balance first)
CREATE OR REPLACE TEMP TABLE summary_set AS
SELECT pay.set_id, trn02, trn03, pay.paid_cents AS bpr02_cents, bpr04 AS method, bpr16 AS effective_on, coalesce(clp.claims, 0) AS claims,
       coalesce(clp.lines, 0) AS lines, coalesce(cas.adjustments, 0) AS adjustments, coalesce(clp.charge_cents, 0) AS charge_cents,
       coalesce(clp.paid_cents, 0) AS paid_cents, coalesce(plb.cents, 0) AS plb_cents,
       coalesce(pay.paid_cents = coalesce(clp.paid_cents, 0) - coalesce(plb.cents, 0), false) AND coalesce(clp.unreadable, 0) = 0
           AND coalesce(plb.unreadable, 0) = 0 AS balanced,
       coalesce(clp.unbalanced, 0) AS unbalanced_claims
FROM x12_835_payment AS pay
LEFT JOIN (SELECT set_id, count(*) AS claims, CAST(sum(lines) AS BIGINT) AS lines, CAST(sum(charge_cents) AS BIGINT) AS charge_cents,
                  CAST(sum(paid_cents) AS BIGINT) AS paid_cents, count(imbalance) AS unbalanced,
                  count(paid_unread) AS unreadable FROM x12_835_balance GROUP BY 1) AS clp USING (set_id)
LEFT JOIN (SELECT set_id, count(*) AS adjustments FROM x12_835_adjustment GROUP BY 1) AS cas USING (set_id)
LEFT JOIN (SELECT set_id, CAST(sum(cents) AS BIGINT) AS cents, count(*) FILTER (cents IS NULL OR reason_code = '') AS unreadable
           FROM x12_835_plb GROUP BY 1) AS plb USING (set_id);

CREATE OR REPLACE TEMP TABLE summary_problem AS
SELECT set_id, segment_no, code, text, is_fatal FROM (
    SELECT set_id, segment_no, 'NO_BPR' AS code, 'The set has no BPR segment: nothing says what was paid.' AS text, true AS is_fatal
    FROM x12_835_payment WHERE segment_no IS NULL
    UNION ALL
    SELECT set_id, segment_no, 'SEGMENT_ID', concat(unreadable_segments, ' segments do not begin with a segment identifier: a delimiter inside a value, or a line broken in two.'), true
    FROM x12_835_payment WHERE unreadable_segments > 0
    UNION ALL
    SELECT set_id, segment_no, 'STRAY_SEGMENT', concat(stray_segments, ' SVC or CAS segments stand under no CLP, so nothing says which claim they speak of.'), true
    FROM x12_835_payment WHERE stray_segments > 0
    UNION ALL
    SELECT set_id, segment_no, 'BPR02', 'BPR02 is missing or no amount.', true FROM x12_835_payment WHERE segment_no IS NOT NULL AND paid_cents IS NULL
    UNION ALL
    SELECT set_id, segment_no, 'CLP04', 'CLP04 is no amount, so the set cannot be proven to balance.', true
    FROM x12_835_balance WHERE paid_unread IS NOT NULL
    UNION ALL
    SELECT set_id, segment_no, 'PLB', 'A provider adjustment has no reason or no amount.', true FROM x12_835_plb WHERE cents IS NULL OR reason_code = ''
    UNION ALL
    SELECT set_id, pay.segment_no, 'PAYMENT_GATE',
           concat('BPR02 is ', dollars(bpr02_cents), ', but the claims pay ', dollars(one.paid_cents), ' less provider adjustments of ', dollars(plb_cents), '.'), true
    FROM summary_set AS one JOIN x12_835_payment AS pay USING (set_id) WHERE one.bpr02_cents <> one.paid_cents - plb_cents
    UNION ALL
    SELECT set_id, segment_no, 'CLAIM_GATE', concat('The claim does not balance: ', imbalance, '.'), false FROM x12_835_balance WHERE imbalance IS NOT NULL
);

CREATE OR REPLACE TEMP TABLE summary_claim_list AS
SELECT set_id, segment_no, clp01 AS claim_id, status, charge_cents, paid_cents, payer_claim_number, CAST(lines AS BIGINT) AS lines, imbalance
FROM x12_835_balance
QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY imbalance IS NULL, segment_no) <= $list_claims;
