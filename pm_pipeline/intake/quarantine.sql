-- one row per row of the file that is not loaded; a key without any digit could be a name in the wrong column, so it is left out
INSERT INTO intake.quarantined_row
SELECT $file_id, $feed, row_no, any_value(CASE WHEN regexp_matches(row_key, '[0-9]') THEN row_key END),
       list(reason ORDER BY place, column_name), list(column_name ORDER BY place, column_name),
       list(expected ORDER BY place, column_name), list(remedy ORDER BY place, column_name), $today, $run_id
FROM intake_problem GROUP BY row_no;
