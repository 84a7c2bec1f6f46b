-- A later payer's write-off moves only what it newly gives up: the part of it that the earlier payers' payments, write-offs and
-- refusals already cover, beyond what OA-23 states, moves nothing. That is reckoned per charge, over all lines of the answer that
-- speak of it; an answer without lines speaks of every charge. Only earlier turns count, so that answers of one payer come to the
-- same in one run or in several. cents: what is covered, less what the write-offs before this one gave up
INSERT INTO overlap
WITH later AS (
    SELECT item_no, item_id, now_no, charge_id, claim_id, turn_no, lines FROM posting_item JOIN posting_now USING (now_no) WHERE turn_no > 1
), later_answer AS (
    SELECT DISTINCT now_no, claim_id, charge_id, turn_no, lines FROM later
), standing AS (
    -- one row per line of an earlier or later answer that no reversal took back, with what all of its payer's say of the charge
    SELECT posted.claim_id, posted.payer_turn, posted.posting_key, posted.remit_claim_id, outcome.charge_id, pay.effective_on,
           sum(line.charge_cents) OVER (PARTITION BY posted.claim_id, posted.payer_turn, outcome.charge_id) AS answered_cents
    FROM posting.posting AS posted
    JOIN posting.line_outcome AS outcome USING (posting_key)
    JOIN remittance.line AS line ON line.remit_line_id = outcome.remit_line_id
    JOIN remittance.payment AS pay ON pay.payment_id = posted.payment_id
    WHERE posted.claim_id IN (SELECT claim_id FROM later_answer) AND posted.kind IN ('post', 'release') AND posted.reverses IS NULL AND outcome.charge_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM posting.posting AS undo WHERE undo.reverses = posted.posting_key)
), outdated AS (
    -- of several answers of one payer to a whole charge the newest speaks for it: the reversal of the others has yet to come
    SELECT DISTINCT standing.remit_claim_id, standing.charge_id FROM standing
    JOIN charges.charge AS charge ON charge.charge_id = standing.charge_id AND standing.answered_cents > charge.charge_cents
    QUALIFY dense_rank() OVER (PARTITION BY standing.claim_id, payer_turn, standing.charge_id ORDER BY effective_on DESC, posting_key DESC) > 1
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
            SELECT claim_id, charge_id, sub_account AS turn, entry_kind, cents, 0 AS deferred FROM ledger.entry AS entry
            ANTI JOIN outdated ON outdated.remit_claim_id = entry.remit_claim_id AND outdated.charge_id = entry.charge_id
            WHERE account = 'AR' AND claim_id IN (SELECT claim_id FROM later_answer)
            UNION ALL  -- given up or moved already, though its day has not come
            SELECT claim_id, charge_id, payer_turn, CASE WHEN account LIKE 'CONTRACTUAL%' THEN 'contractual' ELSE 'waiting' END, 0, posted_cents
            FROM posting.open_deferred AS held ANTI JOIN outdated ON outdated.remit_claim_id = held.remit_claim_id AND outdated.charge_id = held.charge_id
            WHERE reversal_key IS NULL AND claim_id IN (SELECT claim_id FROM later_answer)
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
)
SELECT decided.adjustment_id, greatest(0, coalesce(earlier.settled_cents, 0) - coalesce(stated.oa23_cents, 0))
       - coalesce(sum(decided.cents) FILTER (decided.action = 'write_off') OVER (PARTITION BY later.now_no, later.charge_id
                  ORDER BY decided.adjustment_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS cents
FROM decided JOIN later USING (item_id)
LEFT JOIN earlier ON earlier.now_no = later.now_no AND earlier.charge_id IS NOT DISTINCT FROM later.charge_id
LEFT JOIN stated ON stated.now_no = later.now_no AND stated.charge_id IS NOT DISTINCT FROM later.charge_id;
