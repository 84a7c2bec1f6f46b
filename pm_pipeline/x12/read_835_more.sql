-- 835, one part, when everything is kept: each segment with its place
INSERT INTO x12_835_segment BY NAME SELECT * FROM x12_segment_row;
