-- one row per claim sent again while the version before was neither rejected nor answered
SELECT sent.claim_id AS item, concat('version ', sent.version, ' went out before version ', sent.version - 1, ' was answered') AS text
FROM submission.batch_claim AS sent
WHERE sent.version > 1 AND NOT EXISTS (
    SELECT 1 FROM scrub.claim_event AS event WHERE event.claim_id = sent.claim_id AND event.version = sent.version - 1 AND event.rank >= 90)
UNION ALL
SELECT sent.claim_id, concat('version ', sent.version, ' to the ', sent.payer_turn, ' payer went out before version ', sent.version - 1, ' was answered')
FROM submission.later_claim AS sent JOIN submission.later_state AS before
  ON before.claim_id = sent.claim_id AND before.payer_turn = sent.payer_turn AND before.version = sent.version - 1
WHERE before.state <> 'rejected' AND sent.answered <= before.answered;
