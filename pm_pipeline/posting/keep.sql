-- record the postings, line outcomes and decisions whose entries forward.sql proposed
INSERT INTO posting.posting_made
SELECT posting_key, kind, payment_id, remit_claim_id, claim_id, CASE WHEN NOT is_estimate THEN turn END, match_by,
       CASE WHEN NOT is_estimate THEN
       coalesce(earlier.answers, 0) + row_number() OVER (PARTITION BY claim_id, turn, is_estimate ORDER BY effective_on, payment_id, clp_no) END,
       NULL, paid_cents, coalesce(moved.cents, 0), CAST($today AS DATE), $run_id, attempt
FROM posting_now
LEFT JOIN (SELECT claim_id, payer_turn AS turn, count(*) AS answers FROM posting.posting SEMI JOIN posting_now USING (claim_id)
           WHERE posting.kind IN ('post', 'release') AND reverses IS NULL GROUP BY ALL) AS earlier USING (claim_id, turn)
LEFT JOIN (SELECT now_no, sum(posted_cents) AS cents FROM decision_now GROUP BY 1) AS moved USING (now_no);

INSERT INTO posting.line_outcome_made
SELECT item_id, remit_claim_id, posting_key, charge_id,
       CASE WHEN found.denies THEN 'denied' WHEN item.paid_cents = 0 AND NOT coalesce(found.moves, false) THEN 'memo' ELSE 'posted' END,
       line_match_by, item.paid_cents, CAST($today AS DATE), $run_id
FROM posting_item AS item JOIN posting_now USING (now_no)
LEFT JOIN (SELECT item_no, bool_or(action = 'deny') AS denies, bool_or(posted_cents <> 0) AS moves FROM decision_now GROUP BY 1) AS found USING (item_no)
WHERE txn_kind = 'remit_line' OR lines = 0;

INSERT INTO posting.decision_made
SELECT adjustment_id, remit_claim_id, remit_line_id, claim_id, charge_id, action, account, category, coalesce(liability, 'payer'), cents, posted_cents,
       policy_id, policy_version, rule_id, CAST($today AS DATE), $run_id, posting_key
FROM decision_now AS decision JOIN posting_item USING (item_no) JOIN posting_now AS now ON now.now_no = decision.now_no;

-- decided now, to be posted later: deferred.sql does it
INSERT INTO posting.deferred
SELECT decision.adjustment_id, now.posting_key, item.item_id, item.txn_kind, now.next_turn, now.next_payer_id, decision.due_on, CAST($today AS DATE), $run_id
FROM decision_now AS decision JOIN posting_item AS item USING (item_no) JOIN posting_now AS now ON now.now_no = item.now_no
WHERE decision.posted_cents <> 0 AND due_on > $today;

INSERT INTO posted_in_run SELECT remit_claim_id FROM posting_now;
