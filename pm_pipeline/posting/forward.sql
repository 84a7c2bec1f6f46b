-- propose the entries of every claim posted in this pass (items.sql), and record the postings, line outcomes and decisions

-- one row per decision of this pass, with the cents that move: of a later payer's write-off only what it newly gives up
CREATE OR REPLACE TEMP TABLE decision_now AS
SELECT item.item_no, item.now_no, decided.adjustment_id, decided.remit_line_id, decided.action, decided.account, decided.category, decided.liability, decided.cents,
       decided.rule_id, decided.due_on, decided.segment_no,
       CASE WHEN action = 'transfer' THEN decided.cents
            WHEN action = 'write_off' THEN greatest(0, decided.cents - greatest(0, coalesce(overlap.cents, 0)))
            ELSE 0 END AS posted_cents
FROM decided JOIN posting_item AS item USING (item_id)
LEFT JOIN overlap USING (adjustment_id);

-- what waited in suspense leaves it: its suspense transaction is reversed, and the money is posted as if it came now
INSERT INTO ledger_reversal (txn_key, txn_kind, reverses_txn_key, payment_id, remit_claim_id, effective_on, file_id, segment_no)
SELECT concat('remit:', remit_claim_id, ':suspense', again, ':released'), 'suspense_release', concat('remit:', remit_claim_id, ':suspense', again), payment_id, remit_claim_id,
       effective_on, file_id, segment_no
FROM posting_now WHERE is_suspended;

-- payments: money in, the payer's A/R down
INSERT INTO ledger_proposal
SELECT concat('remit:', item_id, again), txn_kind, NULL, 'policy', 'payment',
       CASE side WHEN 1 THEN 'CASH_CLEARING' ELSE 'AR' END, CASE side WHEN 1 THEN cash ELSE turn END, side * item.paid_cents,
       $practice_id, payer_id, item.provider_id, CASE side WHEN -1 THEN claim_id END, CASE side WHEN -1 THEN charge_id END,
       payment_id, remit_claim_id, CASE side WHEN -1 THEN item.dos_from END, effective_on, file_id, item.segment_no, policy_id, policy_version,
       payment_rule_id
FROM posting_item AS item JOIN posting_now USING (now_no) CROSS JOIN (VALUES (1), (-1)) AS sides(side)
WHERE item.paid_cents <> 0;

-- write-offs and transfers: out of the payer's A/R, into the contractual account or the next party's A/R
INSERT INTO ledger_proposal
SELECT concat('remit:', item.item_id, now.again), item.txn_kind, NULL, 'policy', goes.entry_kind, CASE side WHEN -1 THEN 'AR' ELSE goes.account END,
       CASE WHEN side = -1 THEN now.turn WHEN is_transfer THEN now.next_turn ELSE goes.sub_account END,
       side * decision.posted_cents, $practice_id, CASE WHEN side = 1 AND is_transfer THEN now.next_payer_id ELSE now.payer_id END, item.provider_id, now.claim_id,
       item.charge_id, now.payment_id, now.remit_claim_id, item.dos_from, now.effective_on, now.file_id, decision.segment_no, now.policy_id, now.policy_version,
       decision.rule_id
FROM decision_now AS decision JOIN posting_item AS item USING (item_no) JOIN posting_now AS now ON now.now_no = item.now_no
-- one row per way out of A/R: a write-off into its account, a transfer into another party's A/R
JOIN (SELECT DISTINCT action, account AS named, action = 'transfer' AS is_transfer, CASE WHEN is_transfer THEN 'transfer' ELSE lower(string_split(named, ':')[1]) END AS entry_kind,
             CASE WHEN is_transfer THEN 'AR' ELSE string_split(named, ':')[1] END AS account, coalesce(string_split(named, ':')[2], 'none') AS sub_account
      FROM decision_now WHERE posted_cents <> 0) AS goes
  ON goes.action = decision.action AND goes.named IS NOT DISTINCT FROM decision.account
CROSS JOIN (VALUES (1), (-1)) AS sides(side)
WHERE decision.posted_cents <> 0 AND (due_on IS NULL OR due_on <= $today);

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
