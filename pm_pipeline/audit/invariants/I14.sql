-- one row per broken link of the chain of units of work
SELECT CAST(seq AS VARCHAR) AS item, 'the link does not follow the one before it, or was changed' AS text
FROM (SELECT *, lag(seq) OVER (ORDER BY seq) AS seq_before, lag(hash) OVER (ORDER BY seq) AS hash_before FROM warehouse.chain)
WHERE seq <> coalesce(seq_before, 0) + 1 OR prev_hash <> coalesce(hash_before, repeat('0', 64))
   OR hash <> sha256(concat_ws('|', prev_hash, seq, unit_name, run_id, digest));
