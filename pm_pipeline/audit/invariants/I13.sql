-- one row per claim whose state moved backward without a reopen
SELECT claim_id AS item, concat('from rank ', before, ' to ', rank, ' at event ', seq) AS text
FROM (SELECT claim_id, seq, rank, kind, lag(rank) OVER (PARTITION BY claim_id ORDER BY seq) AS before FROM scrub.claim_event)
WHERE rank < before AND kind <> 'reopen';
