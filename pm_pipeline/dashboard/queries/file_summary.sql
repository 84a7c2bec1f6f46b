-- one row per direction, content and disposition of files
SELECT direction, holds, disposition, count(*) AS files, sum(bytes) AS bytes, sum(sets) AS sets, sum(problems) AS problems, max(landed_on) AS last_on
FROM drill.file
WHERE ($first_day IS NULL OR landed_on >= $first_day) AND ($last_day IS NULL OR landed_on <= $last_day)
GROUP BY direction, holds, disposition
ORDER BY direction, holds, disposition
