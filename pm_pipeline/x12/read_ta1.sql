-- TA1: one row per TA1 segment, wherever it stands (alone, beside a 999, after the GE). sent_at repeats ISA09 and ISA10 of the
-- interchange that is answered; some senders write the day with its century (CCYYMMDD), and some leave TA105 out.
CREATE OR REPLACE TEMP TABLE x12_ta1 AS
SELECT set_id, file_id, segment_no, try_cast(regexp_extract(ta101, '^[0-9]{1,9}$') AS BIGINT) AS isa13, coalesce(ta104, '') AS ta104, coalesce(ta105, '') AS ta105,
       day(CASE WHEN length(ta102) = 6 THEN concat('20', ta102) ELSE ta102 END) AS sent_on, ta103 AS sent_time
FROM seg_ta1;
