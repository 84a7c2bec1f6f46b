-- one row per feed file where rows in are not rows loaded, known and quarantined
SELECT feed_file.file_id AS item, concat(rows_in, ' rows in; ', rows_loaded, ' loaded, ', rows_known, ' known, ', rows_quarantined, ' quarantined (', coalesce(kept, 0), ' kept)') AS text
FROM intake.feed_file LEFT JOIN (SELECT file_id, count(*) AS kept FROM intake.quarantined_row GROUP BY 1) USING (file_id)
WHERE rows_in <> rows_loaded + rows_known + rows_quarantined OR rows_quarantined <> coalesce(kept, 0);
