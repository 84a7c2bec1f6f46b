-- matches that people took back (posting.unposting): what they posted is negated in the person's name, on the days it was for, and
-- the remittance claim is pending again. An attempt made after the decision stands.
CREATE OR REPLACE TEMP TABLE unposting_now AS
SELECT posted.*, undo.unposting_id, undo.attempt AS undone_attempt, undo.actor, pay.effective_on, clp.file_id, clp.segment_no
FROM posting.unposting AS undo
JOIN posting.posting AS posted ON posted.remit_claim_id = undo.remit_claim_id AND posted.attempt <= undo.attempt AND posted.kind IN ('post', 'release')
JOIN remittance.claim AS clp ON clp.remit_claim_id = undo.remit_claim_id
JOIN remittance.payment AS pay ON pay.payment_id = posted.payment_id
QUALIFY row_number() OVER (PARTITION BY posted.posting_key ORDER BY undo.attempt DESC) = 1;

INSERT INTO ledger_reversal (txn_key, txn_kind, reverses_txn_key, actor, effective_on, file_id, segment_no, rule_id)
SELECT concat('unpost:', unposting_id, ':', txn.txn_key), 'unpost', txn.txn_key, now.actor, now.effective_on, now.file_id, now.segment_no, unposting_id
FROM unposting_now AS now
JOIN (SELECT DISTINCT txn_id, remit_claim_id FROM ledger.entry WHERE remit_claim_id IN (SELECT remit_claim_id FROM unposting_now)) AS entry USING (remit_claim_id)
JOIN ledger.txn AS txn ON txn.txn_id = entry.txn_id AND txn.txn_kind IN ('remit_line', 'remit_claim', 'line_placed', 'payer_changed')
WHERE NOT EXISTS (SELECT 1 FROM ledger.txn AS undone WHERE undone.reverses_txn_id = txn.txn_id);

INSERT INTO posting.posting_made
SELECT concat(posting_key, ':unpost'), 'unpost', payment_id, remit_claim_id, claim_id, payer_turn, NULL, NULL, posting_key, -paid_cents, -adjusted_cents,
       CAST($today AS DATE), $run_id, undone_attempt
FROM unposting_now;

INSERT INTO posting.taken_back
SELECT DISTINCT made.posting_key, $run_id FROM posting.posting_made AS made
JOIN unposting_now AS now ON now.remit_claim_id = made.remit_claim_id AND made.attempt <= now.undone_attempt
WHERE made.posting_key NOT IN (SELECT posting_key FROM posting.taken_back);

-- what was to be looked at because of that match is no more
INSERT OR IGNORE INTO posting.exception_closed
SELECT exception_id, 'unpost', actor, CAST($today AS DATE), $run_id
FROM posting.open_exception JOIN unposting_now USING (remit_claim_id);
