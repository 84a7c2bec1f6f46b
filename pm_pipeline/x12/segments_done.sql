-- the segments of all parts, each with the set it is of
CREATE OR REPLACE TEMP TABLE x12_segment AS
SELECT set_id, file_id, segment_no, e[1] AS tag, e, component_separator FROM x12_segment_list JOIN x12_set USING (set_no);
DROP TABLE x12_segment_list;
