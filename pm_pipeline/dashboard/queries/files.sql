-- one row per file landed or emitted, newest first
SELECT file_id, direction, holds, partners, landed_on, bytes, receipts, sets, accepted_sets, problems, disposition, run_id
FROM drill.file
WHERE ($first_day IS NULL OR landed_on >= $first_day) AND ($last_day IS NULL OR landed_on <= $last_day)
  AND ($direction IS NULL OR direction = $direction) AND ($holds IS NULL OR holds = $holds) AND ($disposition IS NULL OR disposition = $disposition)
  AND ($file IS NULL OR file_id = $file)
ORDER BY landed_on DESC, file_id
