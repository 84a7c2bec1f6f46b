-- 835 (005010X221A1, 004010X091A1), all parts read: x12_835_payment and _plb, and views x12_835_claim, _line, _adjustment
-- set_no joins them to each other; set_id and file_id (x12_set) to everything else

-- one row per set: the payment (BPR, TRN, payer, payee)
CREATE OR REPLACE TEMP TABLE x12_835_payment AS
SELECT sets.set_no, sets.set_id, sets.file_id, bpr.segment_no, nullif(bpr.e[2], '') AS bpr01, nullif(bpr.e[3], '') AS bpr02, cents(bpr.e[3]) AS paid_cents,
       nullif(bpr.e[4], '') AS bpr03, nullif(bpr.e[5], '') AS bpr04, nullif(bpr.e[17], '') AS bpr16, day(bpr.e[17]) AS effective_on,
       nullif(trn.e[3], '') AS trn02, nullif(trn.e[4], '') AS trn03, payer.payer_name, payee.n104 AS payee_id, payee.payee_numbers,
       nullif(cur.e[3], '') AS currency, sets.fingerprint, sets.segments, sets.unreadable_segments, sets.stray_segments
FROM x12_set AS sets
LEFT JOIN (SELECT set_no, segment_no, e FROM x12_835_elements WHERE tag = 'BPR' QUALIFY row_number() OVER (PARTITION BY set_no ORDER BY segment_no) = 1) AS bpr USING (set_no)
LEFT JOIN (SELECT set_no, e FROM x12_835_elements WHERE tag = 'TRN' AND is_header
           QUALIFY row_number() OVER (PARTITION BY set_no ORDER BY segment_no) = 1) AS trn USING (set_no)
LEFT JOIN (SELECT set_no, e FROM x12_835_elements WHERE tag = 'CUR' AND is_header
           QUALIFY row_number() OVER (PARTITION BY set_no ORDER BY segment_no) = 1) AS cur USING (set_no)
LEFT JOIN (SELECT set_no, any_value(nullif(e[3], '')) AS payer_name FROM x12_835_elements WHERE tag = 'N1' AND is_header AND e[2] = 'PR' GROUP BY 1) AS payer USING (set_no)
LEFT JOIN (
    -- every number that names the payee: N1*PE and the REF segments of that loop
    SELECT set_no, max(nullif(e[5], '')) FILTER (tag = 'N1') AS n104, coalesce(list_distinct(list(number) FILTER (number <> '')), []) AS payee_numbers
    FROM (SELECT *, CASE tag WHEN 'N1' THEN e[5] WHEN 'REF' THEN e[3] END AS number,
                 max(CASE WHEN tag = 'N1' THEN e[2] END) OVER (PARTITION BY set_no, loop_no) AS entity
          FROM (SELECT *, count(*) FILTER (tag = 'N1') OVER (PARTITION BY set_no ORDER BY segment_no) AS loop_no FROM x12_835_elements WHERE is_header))
    WHERE entity = 'PE' AND tag IN ('N1', 'REF')
    GROUP BY set_no
) AS payee USING (set_no);

CREATE OR REPLACE TEMP VIEW x12_835_claim AS SELECT set_id, file_id, clp.* FROM x12_835_clp AS clp JOIN x12_set USING (set_no);
CREATE OR REPLACE TEMP VIEW x12_835_line AS SELECT set_id, file_id, svc.* FROM x12_835_svc AS svc JOIN x12_set USING (set_no);
CREATE OR REPLACE TEMP VIEW x12_835_adjustment AS SELECT set_id, file_id, cas.* FROM x12_835_cas AS cas JOIN x12_set USING (set_no);

-- one row per reason of a PLB: up to six (reason:reference, amount) pairs
CREATE OR REPLACE TEMP TABLE x12_835_plb AS
SELECT set_no, set_id, file_id, segment_no, pair, nullif(e[2], '') AS provider_ref, day(e[3]) AS fiscal_on,
       coalesce(trim(string_split(e[2 * pair + 2], component_separator)[1]), '') AS reason_code,
       nullif(trim(string_split(e[2 * pair + 2], component_separator)[2]), '') AS reference,
       e[2 * pair + 3] AS amount, cents(e[2 * pair + 3]) AS cents
FROM (SELECT *, unnest(range(1, (len(e) - 2) // 2 + 1)) AS pair FROM x12_835_elements WHERE tag = 'PLB')
JOIN x12_set USING (set_no)
WHERE e[2 * pair + 2] <> '' OR e[2 * pair + 3] <> '';
