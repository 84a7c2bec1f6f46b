-- one row per file landed or sent in the period, and per earlier one that an entry here rests on
SELECT * FROM transport.file
WHERE landed_on BETWEEN $first AND $last OR file_id IN (SELECT file_id FROM ledger.entry WHERE posted_on BETWEEN $first AND $last)
ORDER BY landed_on, file_id;
