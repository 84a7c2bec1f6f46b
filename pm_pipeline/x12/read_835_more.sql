-- 835, one part, when everything is kept: each segment with its place
INSERT INTO x12_835_segment SELECT set_no, segment_no, nullif(clp_at, 0), nullif(svc_at, 0), segment FROM x12_segment_row;
