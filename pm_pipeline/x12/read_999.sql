-- 999 (005010X231, X231A1) and 997 (004010, 005010): temporary tables x12_999_group, x12_999_set, x12_999_error, x12_999_context
-- AK3, AK4 and AK5 are the 997's IK3, IK4 and IK5; they are met inside a 999 too and mean the same there. Names are the 999's.

-- one row per segment: the AK2 and IK3 it stands under (NULL: none)
CREATE OR REPLACE TEMP TABLE x12_999_place AS
SELECT set_id, segment_no, ak2_at, CASE WHEN ik3_at > ak2_at THEN ik3_at END AS ik3_at
FROM (
    SELECT set_id, segment_no,
           max(segment_no) FILTER (tag = 'AK2') OVER sofar AS ak2_at,
           max(segment_no) FILTER (tag IN ('IK3', 'AK3')) OVER sofar AS ik3_at
    FROM x12_segment WINDOW sofar AS (PARTITION BY set_id ORDER BY segment_no)
);

-- one row per 999: the group it answers (AK1) and its verdict (AK9); without an AK1 or AK9 their columns are NULL
CREATE OR REPLACE TEMP TABLE x12_999_group AS
SELECT sets.set_id, sets.file_id, coalesce(ak1.segment_no, sets.segment_no) AS segment_no, ak101,
       try_cast(regexp_extract(ak102, '^[0-9]{1,18}$') AS BIGINT) AS gs06, ak901,
       try_cast(regexp_extract(ak902, '^[0-9]{1,9}$') AS INTEGER) AS sets_sent, try_cast(regexp_extract(ak903, '^[0-9]{1,9}$') AS INTEGER) AS sets_received,
       try_cast(regexp_extract(ak904, '^[0-9]{1,9}$') AS INTEGER) AS sets_accepted,
       list_filter([ak905, ak906, ak907, ak908, ak909], lambda x: x IS NOT NULL) AS notes
FROM (SELECT set_id, any_value(file_id) AS file_id, min(segment_no) AS segment_no FROM x12_segment GROUP BY 1) AS sets
LEFT JOIN (SELECT * FROM seg_ak1 QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY segment_no) = 1) AS ak1 USING (set_id)
LEFT JOIN (SELECT * FROM seg_ak9 QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY segment_no) = 1) AS ak9 USING (set_id);

-- one row per AK2 loop; ik501 is NULL when the loop has no IK5, which is never an acceptance; of two the first counts.
-- st02 is AK202 as a number ('002' is our 0002), NULL when it is none; notes are IK502 to IK506.
CREATE OR REPLACE TEMP TABLE x12_999_set AS
SELECT ak2.set_id, ak2.file_id, ak2.segment_no, ak202, try_cast(regexp_extract(ak202, '^[0-9]{1,18}$') AS BIGINT) AS st02, ik5.ik501,
       coalesce(ik5.notes, []) AS notes
FROM seg_ak2 AS ak2
LEFT JOIN (
    SELECT set_id, ak2_at, ik501, list_filter([ik502, ik503, ik504, ik505, ik506], lambda x: x IS NOT NULL) AS notes
    FROM (SELECT set_id, segment_no, ik501, ik502, ik503, ik504, ik505, ik506 FROM seg_ik5
          UNION ALL SELECT set_id, segment_no, ak501, ak502, ak503, ak504, ak505, ak506 FROM seg_ak5)
    JOIN x12_999_place USING (set_id, segment_no)
    WHERE ak2_at IS NOT NULL QUALIFY row_number() OVER (PARTITION BY set_id, ak2_at ORDER BY segment_no) = 1
) AS ik5 ON ik5.set_id = ak2.set_id AND ik5.ak2_at = ak2.segment_no;

-- one row per CTX: what the error stands in. Of CTX01 only a claim id (CLM01) is kept, for other values may be a person's data.
CREATE OR REPLACE TEMP TABLE x12_999_context AS
SELECT set_id, ak2_at, ik3_at, segment_no, CASE WHEN ctx01 LIKE 'SITUATIONAL TRIGGER%' THEN 'situational' ELSE 'unit' END AS context,
       nullif(trim(regexp_extract(ctx01, '^CLM01[^A-Za-z0-9]([A-Za-z0-9 ._/-]{1,38})$', 1)), '') AS claim_id,
       nullif(regexp_extract(ctx02, '^[A-Z][A-Z0-9]{1,2}$'), '') AS segment_id, try_cast(regexp_extract(ctx03, '^[0-9]{1,9}$') AS BIGINT) AS position,
       nullif(regexp_extract(ctx04, '^[A-Za-z0-9]{1,6}$'), '') AS loop, try_cast(regexp_extract(ctx05, '^[0-9]{1,2}') AS INTEGER) AS element
FROM seg_ctx JOIN x12_999_place USING (set_id, segment_no) WHERE ak2_at IS NOT NULL;

-- one row per IK3 and per IK4: which segment (its place counts from the ST, 1) and element, and the codes. An IK4 repeats the place of
-- its IK3. The bad value itself (IK404) is never read, and a segment id or loop that is none is left out: they may be a person's data.
CREATE OR REPLACE TEMP TABLE x12_999_error AS
SELECT error.set_id, place.ak2_at, error.segment_no, place.ik3_at, ik3.segment_id, ik3.position, ik3.loop, ik3.segment_code,
       error.element, error.component, error.repeat, error.element_reference, error.element_code, unit.claim_id,
       CASE WHEN tag IN ('IK3', 'AK3') THEN concat_ws(' ', tag, ik3.segment_id, 'segment ' || ik3.position, 'loop ' || ik3.loop, 'code ' || ik3.segment_code)
            ELSE concat_ws(' ', tag, 'element ' || concat_ws('-', error.element, error.component), 'code ' || error.element_code) END AS text
FROM (
    SELECT set_id, segment_no, tag, NULL AS element, NULL AS component, NULL AS repeat, NULL AS element_reference, NULL AS element_code
    FROM x12_segment WHERE tag IN ('IK3', 'AK3')
    UNION ALL
    SELECT set_id, segment_no, tag, try_cast(regexp_extract(spot, '^([0-9]{1,2})', 1) AS INTEGER),
           try_cast(regexp_extract(spot, '^[0-9]+[^A-Za-z0-9]([0-9]{1,2})', 1) AS INTEGER),
           try_cast(regexp_extract(spot, '^[0-9]+[^A-Za-z0-9][0-9]*[^A-Za-z0-9]([0-9]{1,4})', 1) AS INTEGER),
           nullif(regexp_extract(reference, '^[A-Z0-9]{1,4}$'), ''), nullif(regexp_extract(code, '^I?[0-9]{1,2}$'), '')
    FROM (SELECT set_id, segment_no, 'IK4' AS tag, ik401 AS spot, ik402 AS reference, ik403 AS code FROM seg_ik4
          UNION ALL SELECT set_id, segment_no, 'AK4', ak401, ak402, ak403 FROM seg_ak4)
) AS error
JOIN x12_999_place AS place ON place.set_id = error.set_id AND place.segment_no = error.segment_no AND place.ak2_at IS NOT NULL
LEFT JOIN (
    SELECT set_id, segment_no, nullif(regexp_extract(id, '^[A-Z][A-Z0-9]{1,2}$'), '') AS segment_id, try_cast(regexp_extract(place, '^[0-9]{1,9}$') AS BIGINT) AS position,
           nullif(regexp_extract(within, '^[A-Za-z0-9]{1,6}$'), '') AS loop, nullif(regexp_extract(code, '^I?[0-9]{1,2}$'), '') AS segment_code
    FROM (SELECT set_id, segment_no, ik301 AS id, ik302 AS place, ik303 AS within, ik304 AS code FROM seg_ik3
          UNION ALL SELECT set_id, segment_no, ak301, ak302, ak303, ak304 FROM seg_ak3)
) AS ik3 ON ik3.set_id = error.set_id AND ik3.segment_no = place.ik3_at
LEFT JOIN (SELECT set_id, ik3_at, arg_min(claim_id, segment_no) AS claim_id FROM x12_999_context WHERE claim_id IS NOT NULL AND ik3_at IS NOT NULL GROUP BY ALL)
       AS unit ON unit.set_id = error.set_id AND unit.ik3_at = place.ik3_at;
