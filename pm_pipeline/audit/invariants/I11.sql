-- one row per outbound control number that names more than one content
SELECT CAST(isa13 AS VARCHAR) AS item, concat(count(DISTINCT file_id), ' files') AS text FROM submission.interchange GROUP BY isa13 HAVING count(DISTINCT file_id) > 1
UNION ALL
SELECT file_id, 'one file under several control numbers' FROM submission.interchange GROUP BY file_id HAVING count(*) > 1;
