-- one row per landed feed file that intake has not dealt with
SELECT file_id, landed_on
FROM transport.file
WHERE direction = 'in' AND kind = 'feed'
  AND NOT EXISTS (SELECT 1 FROM transport.handled WHERE handled.item_id = file.file_id AND handled.stage = 'intake')
ORDER BY file_id;
