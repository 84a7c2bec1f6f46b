-- propose the entries of every claim posted in this pass (items.sql); keep.sql records what was decided

-- one row per decision of this pass, with the cents that move: of a later payer's write-off only what it newly gives up. cents_now: of
-- what is posted on a later day nothing yet
CREATE OR REPLACE TEMP TABLE decision_now AS
SELECT item.item_no, item.now_no, decided.adjustment_id, decided.remit_line_id, decided.action, decided.account, decided.category, decided.liability, decided.cents,
       decided.rule_id, decided.due_on, decided.segment_no,
       CASE WHEN action = 'transfer' THEN decided.cents
            WHEN action = 'write_off' THEN greatest(0, decided.cents - greatest(0, coalesce(overlap.cents, 0)))
            ELSE 0 END AS posted_cents,
       CASE WHEN due_on > $today THEN 0 ELSE posted_cents END AS cents_now
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

-- write-offs and transfers: out of the payer's A/R, into the contractual account or the next party's A/R. What moves nothing the ledger
-- leaves out: left out here by a condition, DuckDB would take the decisions for a fifth of what they are, and read them with one thread
INSERT INTO ledger_proposal
SELECT concat('remit:', item.item_id, now.again), item.txn_kind, NULL, 'policy', goes.entry_kind, CASE side WHEN -1 THEN 'AR' ELSE goes.account END,
       CASE WHEN side = -1 THEN now.turn WHEN is_transfer THEN now.next_turn ELSE goes.sub_account END,
       side * decision.cents_now, $practice_id, CASE WHEN side = 1 AND is_transfer THEN now.next_payer_id ELSE now.payer_id END, item.provider_id, now.claim_id,
       item.charge_id, now.payment_id, now.remit_claim_id, item.dos_from, now.effective_on, now.file_id, decision.segment_no, now.policy_id, now.policy_version,
       decision.rule_id
FROM decision_now AS decision JOIN posting_item AS item USING (item_no) JOIN posting_now AS now ON now.now_no = item.now_no
-- one row per way out of A/R: a write-off into its account, a transfer into another party's A/R
JOIN (SELECT DISTINCT action, account AS named, action = 'transfer' AS is_transfer, CASE WHEN is_transfer THEN 'transfer' ELSE lower(string_split(named, ':')[1]) END AS entry_kind,
             CASE WHEN is_transfer THEN 'AR' ELSE string_split(named, ':')[1] END AS account, coalesce(string_split(named, ':')[2], 'none') AS sub_account
      FROM decision_now WHERE cents_now <> 0) AS goes
  ON goes.action = decision.action AND goes.named IS NOT DISTINCT FROM decision.account
CROSS JOIN (VALUES (1), (-1)) AS sides(side);
