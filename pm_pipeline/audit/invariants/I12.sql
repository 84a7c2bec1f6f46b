-- one row per claim sent again while the version before was neither rejected nor answered
SELECT sent.claim_id AS item, concat('version ', sent.version, ' went out before version ', sent.version - 1, ' was answered') AS text
FROM submission.batch_claim AS sent
WHERE sent.version > 1 AND NOT EXISTS (
    SELECT 1 FROM scrub.claim_event AS event WHERE event.claim_id = sent.claim_id AND event.version = sent.version - 1 AND event.rank >= 90);
