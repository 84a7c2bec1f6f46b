-- what the parts of a batch of sets are gathered in
CREATE OR REPLACE TEMP TABLE x12_segment_list (set_no INTEGER, segment_no BIGINT, e VARCHAR[], component_separator VARCHAR);
