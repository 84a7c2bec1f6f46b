-- what several guides say in the same way: composites, repeated codes, DTP dates, the header of a set

-- the parts of a composite, blanks gone and empty ones NULL; split at the separator the ISA declares, or at the one the value itself shows
CREATE OR REPLACE TEMP MACRO x12_parts(composite, separator) AS
    list_transform(
        string_split(composite, CASE WHEN contains(composite, separator) THEN separator
                                     ELSE coalesce(nullif(regexp_extract(composite, '^[A-Z0-9]{1,4}([^A-Za-z0-9 .-])', 1), ''), separator) END),
        lambda part: nullif(trim(part), ''));

-- a repeated element of codes: codes are letters and digits, so whatever stands between them separates (ISA11 is U in 4010 and often wrong)
CREATE OR REPLACE TEMP MACRO x12_codes(repeated) AS
    list_filter(regexp_split_to_array(repeated, '[^A-Za-z0-9]+'), lambda code: code <> '');

-- the first and last day of a DTP or DMG date (D8, RD8, DT)
CREATE OR REPLACE TEMP MACRO x12_from_on(value) AS day(value[1:8]);
CREATE OR REPLACE TEMP MACRO x12_to_on(format, value) AS
    CASE WHEN format = 'RD8' THEN day(trim(split_part(value, '-', 2))[1:8]) ELSE day(value[1:8]) END;

-- one row per set: BHT, with how many segments the set has and how many stand before any HL though they should not
CREATE OR REPLACE TEMP MACRO x12_header() AS TABLE
SELECT sets.set_id, sets.file_id, coalesce(bht.segment_no, sets.first_no) AS segment_no, bht01 AS structure, bht02 AS purpose,
       bht03 AS reference, day(bht04) AS created_on, bht05 AS created_time, bht06 AS transaction_type, sets.segments, sets.stray_segments
FROM (
    SELECT set_id, any_value(file_id) AS file_id, min(segment_no) AS first_no, count(*) AS segments,
           count(*) FILTER ((first_hl IS NULL OR segment_no < first_hl) AND tag NOT IN ('ST', 'BHT', 'SE')) AS stray_segments
    FROM x12_segment LEFT JOIN (SELECT set_id, min(segment_no) AS first_hl FROM seg_hl GROUP BY set_id) USING (set_id) GROUP BY set_id
) AS sets
LEFT JOIN (SELECT * FROM seg_bht QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY segment_no) = 1) AS bht USING (set_id);
