-- TA1: one row per TA1 segment
CREATE OR REPLACE TEMP TABLE x12_ta1 AS
SELECT set_id, file_id, segment_no, try_cast(ta101 AS BIGINT) AS isa13, coalesce(ta104, '') AS ta104, coalesce(ta105, '') AS ta105
FROM seg_ta1;
