-- 835 (005010X221A1, 004010X091A1), all parts read: x12_835_payment and _plb, and views x12_835_claim, _line, _adjustment
-- set_no joins them to each other; set_id and file_id (x12_set) to everything else

-- one row per set: the payment (BPR, TRN, payer, payee)
CREATE OR REPLACE TEMP TABLE x12_835_payment AS
SELECT sets.set_no, sets.set_id, sets.file_id, bpr_at AS segment_no, nullif(bpr[2], '') AS bpr01, nullif(bpr[3], '') AS bpr02, cents(bpr[3]) AS paid_cents,
       nullif(bpr[4], '') AS bpr03, nullif(bpr[5], '') AS bpr04, nullif(bpr[17], '') AS bpr16, day(bpr[17]) AS effective_on,
       nullif(trn[3], '') AS trn02, nullif(trn[4], '') AS trn03, payer_name, payee_id, payee_numbers,
       nullif(cur[3], '') AS currency, sets.unreadable_at, sets.stray_at, sets.fingerprint, sets.segments, sets.unreadable_segments, sets.stray_segments
FROM x12_set AS sets
LEFT JOIN (
    SELECT set_no, min(segment_no) FILTER (tag = 'BPR') AS bpr_at, arg_min(e, segment_no) FILTER (tag = 'BPR') AS bpr,
           arg_min(e, segment_no) FILTER (tag = 'TRN' AND is_header) AS trn, arg_min(e, segment_no) FILTER (tag = 'CUR' AND is_header) AS cur,
           any_value(nullif(e[3], '')) FILTER (tag = 'N1' AND entity = 'PR') AS payer_name,
           -- every number that names the payee: N1*PE and the REF segments of that loop
           max(nullif(e[5], '')) FILTER (tag = 'N1' AND entity = 'PE') AS payee_id,
           list_sort(list_distinct(list(nullif(CASE tag WHEN 'N1' THEN e[5] ELSE e[3] END, '')) FILTER (tag IN ('N1', 'REF') AND entity = 'PE'))) AS payee_numbers
    FROM (SELECT *, CASE WHEN is_header THEN arg_max(e[2], segment_no) FILTER (tag = 'N1' AND is_header) OVER (PARTITION BY set_no ORDER BY segment_no) END AS entity
          FROM x12_835_elements WHERE is_header OR tag = 'BPR')
    GROUP BY set_no
) USING (set_no);

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
