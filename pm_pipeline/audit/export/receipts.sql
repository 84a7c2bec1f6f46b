-- one row per place one of these files was seen at
SELECT receipt.* FROM transport.receipt AS receipt JOIN transport.file AS file USING (file_id)
WHERE file.landed_on BETWEEN $first AND $last OR file_id IN (SELECT file_id FROM ledger.entry WHERE posted_on BETWEEN $first AND $last)
ORDER BY file_id, receipt_id;
