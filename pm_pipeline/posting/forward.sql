-- propose the entries of every claim nothing blocks, and record the postings, line outcomes and decisions

-- one row per claim posted in this pass, with who rendered the claim and when
CREATE OR REPLACE TEMP TABLE posting_now AS
SELECT row_number() OVER () AS now_no, now.remit_claim_id, now.payment_id, now.clp_no, now.file_id, now.segment_no, now.claim_id, now.payer_id, now.turn, now.turn_no,
       now.next_turn, now.next_payer_id, now.match_by, now.lines, now.paid_cents, now.is_suspended, now.is_estimate, now.effective_on, now.policy_id,
       now.policy_version, now.payment_rule_id, now.cash, now.attempt, now.again, claim.provider_id, claim.dos_from,
       CASE WHEN is_suspended THEN 'release' ELSE 'post' END AS kind,
       concat(remit_claim_id, CASE WHEN is_suspended THEN ':release' ELSE ':post' END, again) AS posting_key
FROM blocked AS now LEFT JOIN scrub.claim AS claim ON claim.claim_id = now.claim_id
WHERE code IS NULL AND NOT is_reversal AND remit_claim_id NOT IN (SELECT remit_claim_id FROM posted_in_run);

-- one row per unit of posting: a line, and the claim itself for what stands at claim level (a claim with one charge: that charge)
CREATE OR REPLACE TEMP TABLE posting_item AS
WITH item AS (
    SELECT now.now_no, line.remit_line_id AS item_id, 'remit_line' AS txn_kind, line.charge_id, line.match_by AS line_match_by,
           CASE WHEN now.is_estimate THEN 0 ELSE line.paid_cents END AS paid_cents, line.segment_no,
           CASE WHEN line.charge_id IS NULL THEN now.provider_id ELSE line.provider_id END AS provider_id,
           CASE WHEN line.charge_id IS NULL THEN now.dos_from ELSE line.dos_from END AS dos_from
    FROM matched_line AS line JOIN posting_now AS now USING (remit_claim_id)
    UNION ALL
    SELECT now.now_no, now.remit_claim_id, 'remit_claim', only_charge.charge_id, 'claim',
           CASE WHEN is_estimate THEN 0 ELSE now.paid_cents - coalesce(of_lines.paid_cents, 0) END, now.segment_no,
           CASE WHEN only_charge.charge_id IS NULL THEN now.provider_id ELSE only_charge.provider_id END,
           CASE WHEN only_charge.charge_id IS NULL THEN now.dos_from ELSE only_charge.dos_from END
    FROM posting_now AS now
    LEFT JOIN (SELECT remit_claim_id, sum(paid_cents) AS paid_cents FROM matched_line GROUP BY 1) AS of_lines USING (remit_claim_id)
    LEFT JOIN (SELECT claim_id, any_value(charge_id) AS charge_id, any_value(provider_id) AS provider_id, any_value(dos_from) AS dos_from FROM charges.active_charge
               WHERE claim_id IN (SELECT claim_id FROM posting_now) GROUP BY 1 HAVING count(*) = 1) AS only_charge
      ON only_charge.claim_id = now.claim_id
)
SELECT row_number() OVER () AS item_no, item.* FROM item;

-- one row per decision of this pass, with the cents that move. A later payer's write-off moves only what it newly gives
-- up: the part of it that the earlier payers' payments, write-offs and refusals already cover, beyond what OA-23 states, moves
-- nothing. That is reckoned per charge, over all lines of the answer that speak of it; an answer without lines speaks of
-- every charge. Only earlier turns count, so that answers of one payer come to the same in one run or in several.
CREATE OR REPLACE TEMP TABLE decision_now AS
WITH later AS (
    SELECT item_no, item_id, now_no, charge_id, claim_id, turn_no, lines FROM posting_item JOIN posting_now USING (now_no) WHERE turn_no > 1
), later_answer AS (
    SELECT DISTINCT now_no, claim_id, charge_id, turn_no, lines FROM later
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
    SELECT answer.now_no, answer.charge_id, sum(settled.cents) AS settled_cents
    FROM later_answer AS answer
    JOIN settled ON settled.claim_id = answer.claim_id AND settled.turn_no < answer.turn_no
     AND (answer.lines = 0 OR settled.charge_id IS NOT DISTINCT FROM answer.charge_id)
    GROUP BY ALL
), stated AS (
    SELECT later.now_no, later.charge_id, sum(decided.cents) AS oa23_cents FROM decided JOIN later USING (item_id)
    WHERE group_code = 'OA' AND carc = '23' GROUP BY ALL
), overlap AS (
    -- one row per adjustment of a later payer: what is covered already, less what its write-offs before this one gave up
    SELECT decided.adjustment_id, greatest(0, coalesce(earlier.settled_cents, 0) - coalesce(stated.oa23_cents, 0))
           - coalesce(sum(decided.cents) FILTER (decided.action = 'write_off') OVER (PARTITION BY later.now_no, later.charge_id
                      ORDER BY decided.adjustment_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS cents
    FROM decided JOIN later USING (item_id)
    LEFT JOIN earlier ON earlier.now_no = later.now_no AND earlier.charge_id IS NOT DISTINCT FROM later.charge_id
    LEFT JOIN stated ON stated.now_no = later.now_no AND stated.charge_id IS NOT DISTINCT FROM later.charge_id
)
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
