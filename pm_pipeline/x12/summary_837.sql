-- what an 837 set (professional, institutional or dental) comes to: temporary tables summary_set, summary_problem (none: an 837 is
-- judged by pm edi validate) and summary_claim_list (one row per claim listed: at most $list_claims per set)
CREATE OR REPLACE TEMP TABLE summary_mark AS
SELECT set_id, segment_no, tag, nullif(trim(e[2]), '') AS claim_id, cents(trim(e[3])) AS charge_cents,
       max(segment_no) FILTER (tag = 'CLM') OVER (PARTITION BY set_id ORDER BY segment_no) AS clm_at
FROM x12_segment WHERE tag IN ('CLM', 'LX');

CREATE OR REPLACE TEMP TABLE summary_set AS
SELECT sets.set_id, coalesce(mark.claims, 0) AS claims, coalesce(mark.lines, 0) AS lines, coalesce(mark.charge_cents, 0) AS charge_cents
FROM (SELECT DISTINCT set_id FROM x12_segment) AS sets
LEFT JOIN (SELECT set_id, count(*) FILTER (tag = 'CLM') AS claims, count(*) FILTER (tag = 'LX' AND clm_at IS NOT NULL) AS lines,
                  CAST(sum(charge_cents) FILTER (tag = 'CLM') AS BIGINT) AS charge_cents FROM summary_mark GROUP BY 1) AS mark USING (set_id);

CREATE OR REPLACE TEMP TABLE summary_problem AS
SELECT set_id, segment_no, 'CLM02' AS code, 'CLM02 is missing or no amount.' AS text, false AS is_fatal FROM summary_mark WHERE tag = 'CLM' AND charge_cents IS NULL;

CREATE OR REPLACE TEMP TABLE summary_claim_list AS
SELECT clm.set_id, clm.segment_no, clm.claim_id, clm.charge_cents, coalesce(lx.lines, 0) AS lines
FROM summary_mark AS clm
LEFT JOIN (SELECT set_id, clm_at, count(*) AS lines FROM summary_mark WHERE tag = 'LX' GROUP BY ALL) AS lx ON lx.set_id = clm.set_id AND lx.clm_at = clm.segment_no
WHERE clm.tag = 'CLM'
QUALIFY row_number() OVER (PARTITION BY clm.set_id ORDER BY clm.segment_no) <= $list_claims;
