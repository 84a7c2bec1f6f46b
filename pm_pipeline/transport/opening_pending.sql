-- one row per landed file (one we emitted ourselves too, when it comes back) whose envelope has not been opened: file_id, kind,
-- landed_on, and who it came from first
SELECT file.file_id, file.kind, file.landed_on, arg_min(receipt.partner_id, (receipt.landed_at, receipt.receipt_id)) AS partner_id
FROM transport.file AS file
JOIN transport.receipt AS receipt USING (file_id)
WHERE file.kind IN ('x12', 'unknown')
  AND NOT EXISTS (SELECT 1 FROM transport.handled WHERE item_id = file.file_id AND stage = 'open')
GROUP BY file.file_id, file.kind, file.landed_on
ORDER BY file.file_id;
