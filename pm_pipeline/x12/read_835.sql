-- 835 (005010X221A1): typed temporary tables x12_835_payment, _claim, _line, _adjustment, _remark, _plb, _balance
-- A claim ends at the next LX, CLP, PLB or SE, so that a header's or PLB's segment never lands on the claim before it.

-- one row per segment, with the CLP and SVC it stands under (NULL: none)
CREATE OR REPLACE TEMP TABLE x12_835_place AS
SELECT set_id, segment_no,
       CASE WHEN clp_at > reset_at THEN clp_at END AS clp_at,
       CASE WHEN svc_at > clp_at AND clp_at > reset_at THEN svc_at END AS svc_at,
       first_lx IS NULL AND clp_at = 0 AS is_header
FROM (
    SELECT set_id, segment_no,
           coalesce(max(segment_no) FILTER (tag = 'CLP') OVER sofar, 0) AS clp_at,
           coalesce(max(segment_no) FILTER (tag = 'SVC') OVER sofar, 0) AS svc_at,
           coalesce(max(segment_no) FILTER (tag IN ('ST', 'LX', 'PLB', 'SE')) OVER sofar, 0) AS reset_at,
           min(segment_no) FILTER (tag = 'LX') OVER sofar AS first_lx
    FROM x12_segment
    WINDOW sofar AS (PARTITION BY set_id ORDER BY segment_no)
);

-- one row per set: the payment (BPR, TRN, payer, payee)
CREATE OR REPLACE TEMP TABLE x12_835_payment AS
SELECT sets.set_id, sets.file_id, bpr.segment_no, bpr01, bpr02, cents(bpr02) AS paid_cents, bpr03, bpr04, bpr16, day(bpr16) AS effective_on,
       trn02, trn03, payee.n104 AS payee_id, payee.payee_numbers, cur.cur02 AS currency, sets.fingerprint, sets.segments, sets.unreadable_segments,
       coalesce(stray.segments, 0) AS stray_segments
FROM (
    SELECT set_id, any_value(file_id) AS file_id, count(*) AS segments,
           count(*) FILTER (NOT regexp_full_match(tag, '[A-Z][A-Z0-9]{1,2}')) AS unreadable_segments,
           sha256(string_agg(array_to_string(e, chr(31)), chr(30) ORDER BY segment_no) FILTER (tag NOT IN ('ST', 'SE'))) AS fingerprint
    FROM x12_segment GROUP BY set_id
) AS sets
LEFT JOIN (SELECT set_id, count(*) AS segments FROM x12_segment JOIN x12_835_place USING (set_id, segment_no)
           WHERE tag IN ('SVC', 'CAS') AND clp_at IS NULL GROUP BY 1) AS stray USING (set_id)
LEFT JOIN (SELECT * FROM seg_bpr QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY segment_no) = 1) AS bpr USING (set_id)
LEFT JOIN (SELECT set_id, trn02, trn03 FROM seg_trn JOIN x12_835_place USING (set_id, segment_no) WHERE is_header
           QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY segment_no) = 1) AS trn USING (set_id)
LEFT JOIN (SELECT set_id, cur02 FROM seg_cur JOIN x12_835_place USING (set_id, segment_no) WHERE is_header
           QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY segment_no) = 1) AS cur USING (set_id)
LEFT JOIN (
    -- every number that names the payee: N1*PE and the REF segments of that loop
    SELECT set_id, max(n1.n104) FILTER (n1.n101 = 'PE') AS n104,
           list_distinct(list(coalesce(ref.ref02, n1.n104)) FILTER (n1.n101 = 'PE')
               || list(n1.n104) FILTER (n1.n101 = 'PE')) AS payee_numbers
    FROM seg_n1 AS n1 JOIN x12_835_place AS place USING (set_id, segment_no)
    LEFT JOIN (
        SELECT ref.set_id, ref.ref02, max(n1.segment_no) AS n1_at
        FROM seg_ref AS ref JOIN x12_835_place AS spot ON spot.set_id = ref.set_id AND spot.segment_no = ref.segment_no AND spot.is_header
        JOIN seg_n1 AS n1 ON n1.set_id = ref.set_id AND n1.segment_no < ref.segment_no
        GROUP BY ref.set_id, ref.segment_no, ref.ref02
    ) AS ref ON ref.set_id = n1.set_id AND ref.n1_at = n1.segment_no
    WHERE place.is_header GROUP BY set_id
) AS payee USING (set_id);

-- one row per CLP
CREATE OR REPLACE TEMP TABLE x12_835_claim AS
SELECT clp.set_id, clp.file_id, clp.segment_no, row_number() OVER (PARTITION BY clp.set_id ORDER BY clp.segment_no) AS clp_no,
       coalesce(clp01, '') AS clp01, coalesce(clp02, '') AS status, clp03, clp04, cents(clp03) AS charge_cents, cents(clp04) AS paid_cents,
       cents(clp05) AS patient_cents, clp06 AS filing_indicator, clp07 AS payer_claim_number, clp09 AS frequency,
       ref.original_payer_claim_number, nm1.forwarded_to, amt.interest_cents
FROM seg_clp AS clp
LEFT JOIN (SELECT place.set_id, place.clp_at, max(ref02) FILTER (ref01 = 'F8') AS original_payer_claim_number
           FROM seg_ref JOIN x12_835_place AS place USING (set_id, segment_no) WHERE place.svc_at IS NULL AND place.clp_at IS NOT NULL
           GROUP BY ALL) AS ref ON ref.set_id = clp.set_id AND ref.clp_at = clp.segment_no
LEFT JOIN (SELECT place.set_id, place.clp_at, coalesce(max(nm109), max(nm103)) AS forwarded_to
           FROM seg_nm1 JOIN x12_835_place AS place USING (set_id, segment_no) WHERE nm101 = 'TT' AND place.clp_at IS NOT NULL
           GROUP BY ALL) AS nm1 ON nm1.set_id = clp.set_id AND nm1.clp_at = clp.segment_no
LEFT JOIN (SELECT place.set_id, place.clp_at, sum(cents(amt02)) AS interest_cents
           FROM seg_amt JOIN x12_835_place AS place USING (set_id, segment_no) WHERE amt01 = 'I' AND place.svc_at IS NULL AND place.clp_at IS NOT NULL
           GROUP BY ALL) AS amt ON amt.set_id = clp.set_id AND amt.clp_at = clp.segment_no;

-- one row per SVC under a CLP; SVC01 is split at the interchange's component separator, or at the one SVC01 itself shows
CREATE OR REPLACE TEMP TABLE x12_835_line AS
SELECT svc.set_id, svc.file_id, svc.segment_no, place.clp_at,
       row_number() OVER (PARTITION BY svc.set_id, place.clp_at ORDER BY svc.segment_no) AS svc_no,
       nullif(product[2], '') AS procedure_code, list_filter(product[3:6], lambda x: x <> '') AS modifiers,
       svc02, svc03, cents(svc02) AS charge_cents, cents(svc03) AS paid_cents, coalesce(quantity(svc05), 1) AS units,
       nullif(string_split(svc06, svc.mark)[2], '') AS original_procedure,
       dtm.dos_from, dtm.dos_to, ref.line_id, amt.allowed_cents
FROM (SELECT *, string_split(svc01, mark) AS product
      FROM (SELECT *, CASE WHEN NOT contains(svc01, component_separator) AND regexp_matches(svc01, '^[A-Z0-9]{2}[^A-Za-z0-9 ]')
                           THEN svc01[3] ELSE component_separator END AS mark
            FROM seg_svc)) AS svc
JOIN x12_835_place AS place ON place.set_id = svc.set_id AND place.segment_no = svc.segment_no AND place.clp_at IS NOT NULL
LEFT JOIN (SELECT spot.set_id, spot.svc_at, coalesce(max(day(dtm02)) FILTER (dtm01 = '472'), max(day(dtm02)) FILTER (dtm01 = '150')) AS dos_from,
                  max(day(dtm02)) FILTER (dtm01 = '151') AS dos_to
           FROM seg_dtm JOIN x12_835_place AS spot USING (set_id, segment_no) WHERE spot.svc_at IS NOT NULL GROUP BY ALL
          ) AS dtm ON dtm.set_id = svc.set_id AND dtm.svc_at = svc.segment_no
LEFT JOIN (SELECT spot.set_id, spot.svc_at, max(ref02) AS line_id
           FROM seg_ref JOIN x12_835_place AS spot USING (set_id, segment_no) WHERE ref01 = '6R' AND spot.svc_at IS NOT NULL GROUP BY ALL
          ) AS ref ON ref.set_id = svc.set_id AND ref.svc_at = svc.segment_no
LEFT JOIN (SELECT spot.set_id, spot.svc_at, sum(cents(amt02)) AS allowed_cents
           FROM seg_amt JOIN x12_835_place AS spot USING (set_id, segment_no) WHERE amt01 = 'B6' AND spot.svc_at IS NOT NULL GROUP BY ALL
          ) AS amt ON amt.set_id = svc.set_id AND amt.svc_at = svc.segment_no;

-- one row per reason of a CAS: up to six (reason, amount, quantity) triplets; a quantity may be blank between them
CREATE OR REPLACE TEMP TABLE x12_835_adjustment AS
SELECT set_id, file_id, segment_no, clp_at, svc_at, triplet, coalesce(trim(e[2]), '') AS group_code,
       nullif(trim(e[3 * triplet]), '') AS carc, nullif(trim(e[3 * triplet + 1]), '') AS amount, cents(nullif(trim(e[3 * triplet + 1]), '')) AS cents,
       quantity(nullif(trim(e[3 * triplet + 2]), '')) AS quantity
FROM (SELECT segment.*, place.clp_at, place.svc_at, unnest(range(1, 7)) AS triplet
      FROM x12_segment AS segment JOIN x12_835_place AS place USING (set_id, segment_no)
      WHERE tag = 'CAS' AND place.clp_at IS NOT NULL)
WHERE nullif(trim(e[3 * triplet]), '') IS NOT NULL OR nullif(trim(e[3 * triplet + 1]), '') IS NOT NULL;

-- one row per remark code: LQ*HE of a line, MOA and MIA of a claim
CREATE OR REPLACE TEMP TABLE x12_835_remark AS
SELECT set_id, segment_no, clp_at, svc_at, code FROM (
    SELECT set_id, segment_no, lq02 AS code FROM seg_lq WHERE lq01 = 'HE'
    UNION ALL SELECT set_id, segment_no, unnest([moa03, moa04, moa05, moa06, moa07]) FROM seg_moa
    UNION ALL SELECT set_id, segment_no, unnest([mia05, mia20, mia21, mia22, mia23]) FROM seg_mia
) JOIN x12_835_place USING (set_id, segment_no)
WHERE code IS NOT NULL AND clp_at IS NOT NULL;

-- one row per reason of a PLB: up to six (reason:reference, amount) pairs
CREATE OR REPLACE TEMP TABLE x12_835_plb AS
SELECT set_id, file_id, segment_no, pair, nullif(trim(e[2]), '') AS provider_ref, day(trim(e[3])) AS fiscal_on,
       coalesce(trim(string_split(e[2 * pair + 2], component_separator)[1]), '') AS reason_code,
       nullif(trim(string_split(e[2 * pair + 2], component_separator)[2]), '') AS reference,
       trim(e[2 * pair + 3]) AS amount, cents(trim(e[2 * pair + 3])) AS cents
FROM (SELECT *, unnest(range(1, 7)) AS pair FROM x12_segment WHERE tag = 'PLB')
WHERE nullif(trim(e[2 * pair + 2]), '') IS NOT NULL OR nullif(trim(e[2 * pair + 3]), '') IS NOT NULL;

-- one row per CLP: the line and claim gates, as the first thing that fails (NULL: it balances)
CREATE OR REPLACE TEMP TABLE x12_835_balance AS
WITH cas AS (
    SELECT set_id, clp_at, coalesce(sum(cents), 0) AS adjusted, coalesce(sum(cents) FILTER (svc_at IS NULL), 0) AS at_claim,
           count(*) FILTER (carc IS NULL OR amount IS NULL) AS incomplete, count(*) FILTER (amount IS NOT NULL AND cents IS NULL) AS unreadable,
           count(*) FILTER (group_code NOT IN ('CO', 'OA', 'PI', 'PR')) AS unknown_group
    FROM x12_835_adjustment GROUP BY ALL
), line_cas AS (
    SELECT set_id, svc_at, sum(cents) AS adjusted FROM x12_835_adjustment WHERE svc_at IS NOT NULL GROUP BY ALL
), svc AS (
    SELECT line.set_id, clp_at, count(*) AS lines, sum(charge_cents) AS charged, sum(paid_cents) AS paid,
           count(*) FILTER (charge_cents IS NULL OR paid_cents IS NULL) AS unreadable,
           count(*) FILTER (charge_cents <> paid_cents + coalesce(line_cas.adjusted, 0)) AS unbalanced
    FROM x12_835_line AS line LEFT JOIN line_cas ON line_cas.set_id = line.set_id AND line_cas.svc_at = line.segment_no GROUP BY ALL
)
SELECT clp.*, coalesce(cas.adjusted, 0) AS adjusted_cents, coalesce(svc.lines, 0) AS lines,
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
FROM x12_835_claim AS clp
LEFT JOIN cas ON cas.set_id = clp.set_id AND cas.clp_at = clp.segment_no
LEFT JOIN svc ON svc.set_id = clp.set_id AND svc.clp_at = clp.segment_no;
