-- take back what unposting.sql found: the negation of its entries, and the postings and exceptions that go with them
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
