-- one row per thing wrong in a file, at its segment or feed row
SELECT level, code, segment_no, text, found_on, run_id FROM drill.file_problem WHERE file_id = $file ORDER BY segment_no, code
