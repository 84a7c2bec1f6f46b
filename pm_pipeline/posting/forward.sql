-- propose the entries of every claim nothing blocks, and record the postings, line outcomes and decisions

-- one row per claim posted in this pass
CREATE OR REPLACE TEMP TABLE posting_now AS
SELECT *, CASE WHEN is_suspended THEN 'release' ELSE 'post' END AS kind,
       concat(remit_claim_id, CASE WHEN is_suspended THEN ':release' ELSE ':post' END, again) AS posting_key
FROM blocked WHERE code IS NULL AND NOT is_reversal
  AND remit_claim_id NOT IN (SELECT remit_claim_id FROM posting.posting WHERE posting.kind IN ('post', 'release'));

-- one row per unit of posting: a line, and the claim itself for what stands at claim level (a claim with one charge: that charge)
CREATE OR REPLACE TEMP TABLE posting_item AS
SELECT now.*, line.remit_line_id AS item_id, 'remit_line' AS txn_kind, line_match.charge_id, line_match.match_by AS line_match_by,
       CASE WHEN is_estimate THEN 0 ELSE line.paid_cents END AS item_paid_cents,
       line.segment_no AS item_segment_no
FROM posting_now AS now JOIN remittance.line AS line USING (remit_claim_id) JOIN matched_line AS line_match USING (remit_line_id)
UNION ALL
SELECT now.*, now.remit_claim_id, 'remit_claim', only_charge.charge_id, 'claim',
       CASE WHEN is_estimate THEN 0
            ELSE now.paid_cents - coalesce((SELECT sum(paid_cents) FROM remittance.line AS line WHERE line.remit_claim_id = now.remit_claim_id), 0) END, now.segment_no
FROM posting_now AS now
LEFT JOIN (SELECT claim_id, any_value(charge_id) AS charge_id FROM charges.active_charge
           WHERE claim_id IN (SELECT claim_id FROM posting_now) GROUP BY 1 HAVING count(*) = 1) AS only_charge
  ON only_charge.claim_id = now.claim_id;

-- one row per decision of this pass, with the cents that move. A later payer's write-off moves only what it newly gives
-- up: the part of it that the earlier payers' payments, write-offs and refusals already cover, beyond what OA-23 states, moves
-- nothing. That is reckoned per charge, over all lines of the answer that speak of it; an answer without lines speaks of
-- every charge. Only earlier turns count, so that answers of one payer come to the same in one run or in several.
CREATE OR REPLACE TEMP TABLE decision_now AS
WITH later_answer AS (
    SELECT DISTINCT remit_claim_id, claim_id, charge_id, turn_no, lines FROM posting_item WHERE turn_no > 1
), settled AS (
    SELECT claim_id, charge_id, scrub.turn_no(turn) AS turn_no,
           given_up + deferred
           -- what a payer that answered the charge has refused and still holds is covered too: it was never the later payer's
           + CASE WHEN charge_id IS NOT NULL AND (given_up <> 0 OR waiting <> 0 OR moved < 0) THEN greatest(0, balance - waiting) ELSE 0 END AS cents
    FROM (
        SELECT claim_id, charge_id, turn, coalesce(sum(cents), 0) AS balance, coalesce(sum(deferred), 0) AS waiting,
               coalesce(sum(deferred) FILTER (entry_kind = 'contractual'), 0) AS deferred,
               -coalesce(sum(cents) FILTER (entry_kind IN ('payment', 'contractual')), 0) AS given_up, coalesce(sum(cents) FILTER (entry_kind = 'transfer'), 0) AS moved
        FROM (
            SELECT claim_id, charge_id, sub_account AS turn, entry_kind, cents, 0 AS deferred FROM ledger.entry
            WHERE account = 'AR' AND claim_id IN (SELECT claim_id FROM later_answer)
            UNION ALL  -- given up or moved already, though its day has not come
            SELECT claim_id, charge_id, payer_turn, CASE WHEN account LIKE 'CONTRACTUAL%' THEN 'contractual' ELSE 'waiting' END, 0, posted_cents
            FROM posting.open_deferred WHERE reversal_key IS NULL AND claim_id IN (SELECT claim_id FROM later_answer)
        ) GROUP BY claim_id, charge_id, turn
    )
), earlier AS (
    SELECT answer.remit_claim_id, answer.charge_id, sum(settled.cents) AS settled_cents
    FROM later_answer AS answer
    JOIN settled ON settled.claim_id = answer.claim_id AND settled.turn_no < answer.turn_no
     AND (answer.lines = 0 OR settled.charge_id IS NOT DISTINCT FROM answer.charge_id)
    GROUP BY ALL
), stated AS (
    SELECT item.remit_claim_id, item.charge_id, sum(decided.cents) AS oa23_cents
    FROM decided JOIN posting_item AS item ON item.item_id = coalesce(decided.remit_line_id, decided.remit_claim_id)
    WHERE group_code = 'OA' AND carc = '23' GROUP BY ALL
), written AS (
    SELECT decided.adjustment_id, sum(decided.cents) FILTER (decided.action = 'write_off') OVER (PARTITION BY item.remit_claim_id, item.charge_id
               ORDER BY decided.adjustment_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_cents
    FROM decided JOIN posting_item AS item ON item.item_id = coalesce(decided.remit_line_id, decided.remit_claim_id)
    WHERE item.turn_no > 1
), line AS (
    SELECT decided.*, item.charge_id AS item_charge_id, item.item_id, item.turn_no, item.segment_no AS claim_segment_no, item.posting_key,
           greatest(0, coalesce(earlier.settled_cents, 0) - coalesce(stated.oa23_cents, 0)) AS overlap_cents,
           coalesce(written.before_cents, 0) AS written_before
    FROM decided
    JOIN posting_item AS item ON item.item_id = coalesce(decided.remit_line_id, decided.remit_claim_id)
    LEFT JOIN written ON written.adjustment_id = decided.adjustment_id
    LEFT JOIN earlier ON earlier.remit_claim_id = item.remit_claim_id AND earlier.charge_id IS NOT DISTINCT FROM item.charge_id
    LEFT JOIN stated ON stated.remit_claim_id = item.remit_claim_id AND stated.charge_id IS NOT DISTINCT FROM item.charge_id
)
SELECT *, CASE WHEN action = 'transfer' THEN cents
               WHEN action = 'write_off' AND turn_no = 1 THEN cents
               WHEN action = 'write_off' THEN greatest(0, cents - greatest(0, overlap_cents - written_before))
               ELSE 0 END AS posted_cents
FROM line;

-- what waited in suspense leaves it: its suspense transaction is reversed, and the money is posted as if it came now
INSERT INTO ledger_reversal (txn_key, txn_kind, reverses_txn_key, payment_id, remit_claim_id, effective_on, file_id, segment_no)
SELECT concat('remit:', remit_claim_id, ':suspense', again, ':released'), 'suspense_release', concat('remit:', remit_claim_id, ':suspense', again), payment_id, remit_claim_id,
       effective_on, file_id, segment_no
FROM posting_now WHERE is_suspended;

-- payments: money in, the payer's A/R down
INSERT INTO ledger_proposal
SELECT concat('remit:', item_id, again), txn_kind, NULL, 'policy', 'payment',
       CASE side WHEN 1 THEN 'CASH_CLEARING' ELSE 'AR' END, CASE side WHEN 1 THEN cash ELSE turn END, side * item_paid_cents,
       $practice_id, item.payer_id, charge.provider_id, CASE side WHEN -1 THEN item.claim_id END, CASE side WHEN -1 THEN item.charge_id END,
       payment_id, remit_claim_id, CASE side WHEN -1 THEN charge.dos_from END, effective_on, item.file_id, item_segment_no, item.policy_id, item.policy_version,
       payment_rule_id
FROM posting_item AS item CROSS JOIN (VALUES (1), (-1)) AS sides(side)
LEFT JOIN posting_charge AS charge ON charge.claim_id = item.claim_id AND charge.charge_id IS NOT DISTINCT FROM item.charge_id
WHERE item_paid_cents <> 0;

-- write-offs and transfers: out of the payer's A/R, into the contractual account or the next party's A/R
INSERT INTO ledger_proposal
SELECT concat('remit:', decision.item_id, item.again), item.txn_kind, NULL, 'policy', CASE WHEN decision.action = 'transfer' THEN 'transfer' ELSE lower(string_split(decision.account, ':')[1]) END,
       CASE WHEN side = -1 OR decision.action = 'transfer' THEN 'AR' ELSE string_split(decision.account, ':')[1] END,
       CASE WHEN side = -1 THEN item.turn WHEN decision.action = 'transfer' THEN item.next_turn ELSE coalesce(string_split(decision.account, ':')[2], 'none') END,
       side * decision.posted_cents, $practice_id,
       CASE WHEN side = 1 AND decision.action = 'transfer' THEN item.next_payer_id ELSE item.payer_id END, charge.provider_id, item.claim_id, item.charge_id,
       item.payment_id, item.remit_claim_id, charge.dos_from, item.effective_on, decision.file_id, decision.segment_no, item.policy_id, item.policy_version, decision.rule_id
FROM decision_now AS decision JOIN posting_item AS item USING (item_id) CROSS JOIN (VALUES (1), (-1)) AS sides(side)
LEFT JOIN posting_charge AS charge ON charge.claim_id = item.claim_id AND charge.charge_id IS NOT DISTINCT FROM item.charge_id
WHERE decision.posted_cents <> 0 AND (due_on IS NULL OR due_on <= $today);

INSERT INTO posting.posting_made
SELECT posting_key, kind, payment_id, remit_claim_id, claim_id, CASE WHEN NOT is_estimate THEN turn END, match_by,
       CASE WHEN NOT is_estimate THEN
       1 + (SELECT count(*) FROM posting.posting AS earlier WHERE earlier.claim_id = now.claim_id AND earlier.payer_turn = now.turn
            AND earlier.kind IN ('post', 'release') AND earlier.reverses IS NULL)
         + row_number() OVER (PARTITION BY claim_id, turn, is_estimate ORDER BY effective_on, payment_id, clp_no) - 1 END,
       NULL, paid_cents, coalesce((SELECT sum(posted_cents) FROM decision_now AS moved WHERE moved.remit_claim_id = now.remit_claim_id), 0),
       CAST($today AS DATE), $run_id, attempt
FROM posting_now AS now;

INSERT INTO posting.line_outcome_made
SELECT item_id, remit_claim_id, posting_key, charge_id,
       CASE WHEN EXISTS (SELECT 1 FROM decision_now WHERE decision_now.item_id = item.item_id AND action = 'deny') THEN 'denied'
            WHEN item_paid_cents = 0 AND NOT EXISTS (SELECT 1 FROM decision_now WHERE decision_now.item_id = item.item_id AND posted_cents <> 0) THEN 'memo'
            ELSE 'posted' END,
       line_match_by, item_paid_cents, CAST($today AS DATE), $run_id
FROM posting_item AS item WHERE txn_kind = 'remit_line' OR lines = 0;

INSERT INTO posting.decision_made
SELECT adjustment_id, remit_claim_id, remit_line_id, claim_id, item_charge_id, action, account, category, coalesce(liability, 'payer'), cents, posted_cents,
       policy_id, policy_version, rule_id, CAST($today AS DATE), $run_id, posting_key
FROM decision_now;

-- decided now, to be posted later: deferred.sql does it
INSERT INTO posting.deferred
SELECT decision.adjustment_id, item.posting_key, item.item_id, item.txn_kind, item.next_turn, item.next_payer_id, decision.due_on, CAST($today AS DATE), $run_id
FROM decision_now AS decision JOIN posting_item AS item USING (item_id)
WHERE decision.posted_cents <> 0 AND due_on > $today;

INSERT INTO posted_in_run SELECT remit_claim_id FROM posting_now;
