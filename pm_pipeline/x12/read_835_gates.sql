-- 835, all parts read: x12_835_remark, x12_835_balance with what does not balance, claim by claim, and x12_835_sum, _fault and _doubt, set by set

-- one row per remark code: LQ*HE of a line, MOA and MIA of a claim; place: in its segment
CREATE OR REPLACE TEMP TABLE x12_835_remark AS
SELECT set_no, set_id, segment_no, clp_at, svc_at, place, code
FROM (SELECT set_no, segment_no, clp_at, svc_at, unnest(codes) AS code, generate_subscripts(codes, 1) AS place
      FROM (SELECT *, CASE WHEN tag = 'LQ' AND e[2] = 'HE' THEN [e[3]] WHEN tag = 'MOA' THEN e[4:8] WHEN tag = 'MIA' THEN [e[6], e[21], e[22], e[23], e[24]] END AS codes
            FROM x12_835_elements WHERE clp_at IS NOT NULL))
JOIN x12_set USING (set_no)
WHERE code <> '';

-- one row per CLP: the line and claim gates, as the first thing that fails (NULL: it balances)
CREATE OR REPLACE TEMP TABLE x12_835_balance AS
WITH cas AS (
    SELECT set_no, clp_at, coalesce(sum(cents), 0) AS adjusted, coalesce(sum(cents) FILTER (svc_at IS NULL), 0) AS at_claim,
           count(*) FILTER (carc IS NULL OR (cents IS NULL AND unread IS NULL)) AS incomplete, count(unread) AS unreadable,
           count(*) FILTER (group_code NOT IN ('CO', 'OA', 'PI', 'PR')) AS unknown_group
    FROM x12_835_cas GROUP BY ALL
), line_cas AS (
    SELECT set_no, svc_at, sum(cents) AS adjusted FROM x12_835_cas WHERE svc_at IS NOT NULL GROUP BY ALL
), svc AS (
    SELECT line.set_no, clp_at, count(*) AS lines, sum(charge_cents) AS charged, sum(paid_cents) AS paid,
           count(*) FILTER (charge_cents IS NULL OR paid_cents IS NULL) AS unreadable,
           count(*) FILTER (charge_cents <> paid_cents + coalesce(line_cas.adjusted, 0)) AS unbalanced
    FROM x12_835_svc AS line LEFT JOIN line_cas ON line_cas.set_no = line.set_no AND line_cas.svc_at = line.segment_no GROUP BY ALL
)
SELECT sets.set_id, sets.file_id, clp.*, coalesce(cas.adjusted, 0) AS adjusted_cents, coalesce(svc.lines, 0) AS lines,
       CASE WHEN clp.charge_cents IS NULL OR clp.paid_cents IS NULL THEN 'CLP03 or CLP04 is missing or no amount'
            WHEN cas.unreadable > 0 THEN 'an amount in a CAS is no amount'
            WHEN cas.incomplete > 0 THEN 'a CAS has a reason without an amount, or an amount without a reason'
            WHEN cas.unknown_group > 0 THEN 'a CAS has a group other than CO, OA, PI, PR'
            WHEN svc.unreadable > 0 THEN 'SVC02 or SVC03 is missing or no amount'
            WHEN svc.unbalanced > 0 THEN concat(svc.unbalanced, ' of ', svc.lines, ' lines do not balance: SVC02 is not SVC03 plus the CAS of the line')
            WHEN clp.charge_cents <> clp.paid_cents + coalesce(cas.adjusted, 0)
                 THEN concat('CLP03 less CLP04 is ', clp.charge_cents - clp.paid_cents, ' cents, but the CAS come to ', coalesce(cas.adjusted, 0))
            WHEN svc.lines > 0 AND svc.charged <> clp.charge_cents THEN concat('the lines charge ', svc.charged, ' cents, but CLP03 is ', clp.charge_cents)
            WHEN svc.lines > 0 AND svc.paid - coalesce(cas.at_claim, 0) <> clp.paid_cents
                 THEN concat('the lines pay ', svc.paid, ' cents less ', coalesce(cas.at_claim, 0), ' at claim level, but CLP04 is ', clp.paid_cents)
       END AS imbalance
FROM x12_835_clp AS clp JOIN x12_set AS sets USING (set_no)
LEFT JOIN cas ON cas.set_no = clp.set_no AND cas.clp_at = clp.segment_no
LEFT JOIN svc ON svc.set_no = clp.set_no AND svc.clp_at = clp.segment_no;

-- one row per set: what it comes to, in HUGEINT, which no sum of amounts leaves; unreadable: claims whose CLP04 is no amount, provider adjustments without reason or amount
CREATE OR REPLACE TEMP TABLE x12_835_sum AS
SELECT sets.set_id, coalesce(clp.claims, 0) AS claims, coalesce(clp.lines, 0) AS lines, coalesce(cas.adjustments, 0) AS adjustments,
       coalesce(clp.charge_cents, 0) AS charge_cents, coalesce(clp.paid_cents, 0) AS paid_cents,
       coalesce(plb.cents, 0) AS plb_cents, coalesce(clp.unbalanced, 0) AS unbalanced_claims,
       coalesce(clp.unreadable, 0) AS unreadable_claims, clp.first_unreadable AS unreadable_claim_at,
       coalesce(plb.unreadable, 0) AS unreadable_plbs, plb.first_unreadable AS unreadable_plb_at
FROM x12_set AS sets
LEFT JOIN (SELECT set_id, count(*) AS claims, sum(lines) AS lines, sum(charge_cents) AS charge_cents, sum(paid_cents) AS paid_cents,
                  count(imbalance) AS unbalanced, count(paid_unread) AS unreadable, min(segment_no) FILTER (paid_unread IS NOT NULL) AS first_unreadable
           FROM x12_835_balance GROUP BY 1) AS clp USING (set_id)
LEFT JOIN (SELECT set_id, count(*) AS adjustments FROM x12_835_adjustment GROUP BY 1) AS cas USING (set_id)
LEFT JOIN (SELECT set_id, sum(cents) AS cents, count(*) FILTER (cents IS NULL OR reason_code = '') AS unreadable,
                  min(segment_no) FILTER (cents IS NULL OR reason_code = '') AS first_unreadable
           FROM x12_835_plb GROUP BY 1) AS plb USING (set_id);

-- one row per reason why the figures of a set cannot stand, whoever reads it; segment_no: NULL when it has no BPR
CREATE OR REPLACE TEMP TABLE x12_835_fault AS
WITH judged AS (
    SELECT pay.* EXCLUDE (paid_cents), pay.paid_cents AS bpr02_cents, sums.* EXCLUDE (set_id) FROM x12_835_payment AS pay JOIN x12_835_sum AS sums USING (set_id)
)
SELECT set_id, file_id, segment_no, 'NO_BPR' AS code, 'The set has no BPR segment: nothing says what was paid.' AS text FROM judged WHERE segment_no IS NULL
UNION ALL SELECT set_id, file_id, coalesce(unreadable_at, segment_no), 'SEGMENT_ID',
                 concat(unreadable_segments, ' segments do not begin with a segment identifier: a delimiter inside a value, or a line broken in two.')
          FROM judged WHERE unreadable_segments > 0
UNION ALL SELECT set_id, file_id, stray_at, 'STRAY_SEGMENT', concat(stray_segments, ' SVC or CAS segments stand under no CLP, so nothing says which claim they speak of.')
          FROM judged WHERE stray_segments > 0
UNION ALL SELECT set_id, file_id, segment_no, 'BPR02', 'BPR02 is missing or no amount.' FROM judged WHERE segment_no IS NOT NULL AND bpr02_cents IS NULL
UNION ALL SELECT set_id, file_id, unreadable_claim_at, 'CLP04',
                 concat('CLP04 is no amount', CASE WHEN unreadable_claims > 1 THEN concat(' here and in ', unreadable_claims - 1, ' more') END,
                        ', so the set cannot be proven to balance.')
          FROM judged WHERE unreadable_claims > 0
UNION ALL SELECT set_id, file_id, unreadable_plb_at, 'PLB',
                 concat('A provider adjustment has no reason or no amount', CASE WHEN unreadable_plbs > 1 THEN concat(', here and in ', unreadable_plbs - 1, ' more') END, '.')
          FROM judged WHERE unreadable_plbs > 0
UNION ALL SELECT set_id, file_id, segment_no, 'PAYMENT_GATE',
                 concat('BPR02 is ', dollars(bpr02_cents), ', but the claims pay ', dollars(paid_cents), ' less provider adjustments of ', dollars(plb_cents), '.')
          FROM judged WHERE unreadable_claims = 0 AND unreadable_plbs = 0 AND bpr02_cents <> paid_cents - plb_cents;

-- one row per reason why a set whose figures stand is no payment that a ledger can take; segment_no: NULL when it has no BPR
CREATE OR REPLACE TEMP TABLE x12_835_doubt AS
SELECT set_id, file_id, segment_no, 'NO_TRN' AS code, 'TRN02 or TRN03 is missing: the payment cannot be told from another.' AS text
FROM x12_835_payment WHERE trn02 IS NULL OR trn03 IS NULL
UNION ALL SELECT set_id, file_id, segment_no, 'NO_PAYEE', 'There is no N1*PE with an identifier: nothing says who was paid.' FROM x12_835_payment WHERE payee_id IS NULL
UNION ALL SELECT set_id, file_id, segment_no, 'BPR03', 'BPR03 is not C (a credit to us): the payer debits us, or does not say. A person must see to it.'
          FROM x12_835_payment WHERE segment_no IS NOT NULL AND bpr03 IS DISTINCT FROM 'C'
UNION ALL SELECT set_id, file_id, segment_no, 'NON_WITH_MONEY', 'BPR01 is H (notice only) or BPR04 is NON (no payment), but BPR02 is an amount (RFI 1581).'
          FROM x12_835_payment WHERE (bpr04 = 'NON' OR bpr01 = 'H') AND paid_cents > 0
UNION ALL SELECT set_id, file_id, segment_no, 'BPR16', CASE WHEN bpr16 IS NULL THEN 'BPR16, the day of payment, is missing.' ELSE 'BPR16, the day of payment, is no date.' END
          FROM x12_835_payment WHERE segment_no IS NOT NULL AND effective_on IS NULL;
