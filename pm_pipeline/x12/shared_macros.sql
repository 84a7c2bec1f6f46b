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
       bht03 AS reference, day(bht04) AS created_on, bht05 AS created_time, bht06 AS transaction_type, sets.segments, sets.stray_segments, sets.stray_at
FROM (
    SELECT set_id, any_value(file_id) AS file_id, min(segment_no) AS first_no, count(*) AS segments,
           count(*) FILTER (is_stray) AS stray_segments, min(segment_no) FILTER (is_stray) AS stray_at
    FROM (SELECT *, (first_hl IS NULL OR segment_no < first_hl) AND tag NOT IN ('ST', 'BHT', 'SE') AS is_stray
          FROM x12_segment LEFT JOIN (SELECT set_id, min(segment_no) AS first_hl FROM seg_hl GROUP BY set_id) USING (set_id)) GROUP BY set_id
) AS sets
LEFT JOIN (SELECT * FROM seg_bht QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY segment_no) = 1) AS bht USING (set_id);

-- one row per set of the table named `headers` (x12_header) with segments that stand before any HL though they should not
CREATE OR REPLACE TEMP MACRO x12_stray_problem(headers) AS TABLE
SELECT set_id, stray_at AS segment_no, 'STRAY_SEGMENT' AS code,
       concat(stray_segments, ' segments stand under no HL, so nothing says whom they speak of; what they say is not counted.') AS text, false AS is_fatal
FROM query_table(headers) WHERE stray_segments > 0;

-- one row per NM1 with what stands under it up to the next one: address, provider number, birth, relationship. `places` is the
-- table that says under which HL (hl_at) and which NM1 (name_at) each segment stands.
-- Of several of a kind the first counts.
CREATE OR REPLACE TEMP MACRO x12_names(places) AS TABLE
WITH place AS (
    SELECT set_id, segment_no, hl_at, name_at FROM query_table(places)
), n3 AS (
    SELECT seg_n3.*, name_at FROM seg_n3 JOIN place USING (set_id, segment_no) QUALIFY row_number() OVER (PARTITION BY set_id, name_at ORDER BY segment_no) = 1
), n4 AS (
    SELECT seg_n4.*, name_at FROM seg_n4 JOIN place USING (set_id, segment_no) QUALIFY row_number() OVER (PARTITION BY set_id, name_at ORDER BY segment_no) = 1
), prv AS (
    SELECT seg_prv.*, name_at FROM seg_prv JOIN place USING (set_id, segment_no) QUALIFY row_number() OVER (PARTITION BY set_id, name_at ORDER BY segment_no) = 1
), dmg AS (
    SELECT seg_dmg.*, name_at FROM seg_dmg JOIN place USING (set_id, segment_no) QUALIFY row_number() OVER (PARTITION BY set_id, name_at ORDER BY segment_no) = 1
), ins AS (
    SELECT seg_ins.*, name_at FROM seg_ins JOIN place USING (set_id, segment_no) QUALIFY row_number() OVER (PARTITION BY set_id, name_at ORDER BY segment_no) = 1
)
SELECT nm1.set_id, nm1.file_id, nm1.segment_no, place.hl_at, nm101 AS entity, nm102 AS entity_type, nm103 AS last_name, nm104 AS first_name,
       nm105 AS middle_name, nm107 AS suffix, nm108 AS id_qualifier, nm109 AS identifier, n301 AS address1, n302 AS address2, n401 AS city,
       n402 AS state, n403 AS zip, n404 AS country, prv01 AS provider_code, prv02 AS provider_qualifier, prv03 AS provider_number,
       x12_from_on(dmg02) AS birth_on, dmg03 AS sex, ins01 AS is_subscriber, ins02 AS relationship, ins03 AS maintenance_type, ins17 AS birth_sequence
FROM seg_nm1 AS nm1 JOIN place USING (set_id, segment_no)
LEFT JOIN n3 ON n3.set_id = nm1.set_id AND n3.name_at = nm1.segment_no
LEFT JOIN n4 ON n4.set_id = nm1.set_id AND n4.name_at = nm1.segment_no
LEFT JOIN prv ON prv.set_id = nm1.set_id AND prv.name_at = nm1.segment_no
LEFT JOIN dmg ON dmg.set_id = nm1.set_id AND dmg.name_at = nm1.segment_no
LEFT JOIN ins ON ins.set_id = nm1.set_id AND ins.name_at = nm1.segment_no;
