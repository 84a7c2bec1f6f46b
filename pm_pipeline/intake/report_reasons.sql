-- one row per reason and column of a file's refused rows: how many rows, the first of them, what is expected, the remedy
SELECT reason, column_name, count(DISTINCT row_no) AS rows, min(row_no) AS first_row,
       -- what is said of one row alone (a ragged row's cells) is left out where the rows differ
       CASE WHEN min(expected) = max(expected) THEN min(expected) ELSE split_part(min(expected), ';', 1) END AS expected, min(remedy) AS remedy
FROM (
    SELECT row_no, unnest(reasons) AS reason, unnest(column_names) AS column_name, unnest(texts) AS expected, unnest(remedies) AS remedy
    FROM intake.quarantined_row WHERE file_id = $file_id
)
GROUP BY reason, column_name ORDER BY rows DESC, first_row, reason, column_name;
