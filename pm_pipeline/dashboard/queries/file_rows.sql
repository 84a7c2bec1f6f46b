-- one row per file, kind of step and claim that came from it, in the order of the file
SELECT segment_no, claim_id, stage, what, amount FROM drill.claim_step WHERE file_id = $file ORDER BY segment_no, claim_id, what
