-- 999 (005010X231, X231A1): temporary tables x12_999_group, x12_999_set, x12_999_error

-- one row per 999: the group it answers (AK1) and its verdict (AK9)
CREATE OR REPLACE TEMP TABLE x12_999_group AS
SELECT ak1.set_id, ak1.file_id, ak1.segment_no, ak101, try_cast(ak102 AS BIGINT) AS gs06, ak901,
       try_cast(ak902 AS INTEGER) AS sets_sent, try_cast(ak903 AS INTEGER) AS sets_received, try_cast(ak904 AS INTEGER) AS sets_accepted
FROM (SELECT * FROM seg_ak1 QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY segment_no) = 1) AS ak1
LEFT JOIN (SELECT * FROM seg_ak9 QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY segment_no) = 1) AS ak9 USING (set_id);

-- one row per AK2 loop; ik501 is NULL when the loop has no IK5, which is never an acceptance
CREATE OR REPLACE TEMP TABLE x12_999_set AS
SELECT ak2.set_id, ak2.file_id, ak2.segment_no, try_cast(ak202 AS BIGINT) AS st02, ik5.ik501,
       lead(ak2.segment_no, 1, 9223372036854775807) OVER (PARTITION BY ak2.set_id ORDER BY ak2.segment_no) AS next_at
FROM seg_ak2 AS ak2
LEFT JOIN (
    SELECT ik5.set_id, max(ak2.segment_no) AS ak2_at, arg_min(ik501, ik5.segment_no) AS ik501
    FROM seg_ik5 AS ik5 JOIN seg_ak2 AS ak2 ON ak2.set_id = ik5.set_id AND ak2.segment_no < ik5.segment_no
    GROUP BY ik5.set_id, ik5.segment_no
) AS ik5 ON ik5.set_id = ak2.set_id AND ik5.ak2_at = ak2.segment_no;

-- one row per IK3 or IK4, as text: what is wrong where (IK404, the bad value, is left out on purpose: it may be a person's data)
CREATE OR REPLACE TEMP TABLE x12_999_error AS
SELECT one.set_id, one.segment_no AS ak2_at, error.segment_no, error.text
FROM (
    SELECT set_id, segment_no, concat_ws(' ', 'IK3', ik301, 'segment', ik302, 'loop', ik303, 'code', ik304) AS text FROM seg_ik3
    UNION ALL
    SELECT set_id, segment_no, concat_ws(' ', 'IK4 element', ik401, 'code', ik403) FROM seg_ik4
) AS error
JOIN x12_999_set AS one ON one.set_id = error.set_id AND error.segment_no > one.segment_no AND error.segment_no < one.next_at;
