-- one row per segment of a part, with its elements as a list
INSERT INTO x12_segment_list SELECT set_no, segment_no, elements(segment), component_separator FROM x12_segment_row;
