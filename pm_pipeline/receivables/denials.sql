-- denial episodes: closed when the remittance that opened them is reversed or a later one pays; opened per line, once

-- one row per line of a payer's standing answer, looked at several times below
CREATE OR REPLACE TEMP TABLE standing_answer AS FROM receivables.standing_answer;

-- one row per denied line (or claim) of a standing answer, under its primary reason: largest amount, then category priority
CREATE OR REPLACE TEMP TABLE denied_now AS
SELECT answer.claim_id, answer.charge_id, answer.payer_turn, answer.remit_claim_id, answer.payer_id, answer.paid_cents, answer.effective_on, answer.newest,
       decision.adjustment_id, adjustment.group_code, adjustment.carc, decision.category, decision.liability,
       sum(decision.cents) OVER (PARTITION BY answer.remit_line_id) AS denied_cents, remark.rarc, coalesce(remark.no_appeal, false) AS no_appeal,
       code.preventable, code.appealable, abs(coalesce(line.charge_cents, clp.charge_cents)) AS charge_cents,
       -- an episode that closed and is true again (what paid it was taken back) is a new one
       short_id('D', concat_ws('|', answer.claim_id, coalesce(answer.charge_id, ''), answer.payer_turn, answer.remit_line_id, nullif((
           SELECT count(*) FROM receivables.denial AS before JOIN receivables.denial_closed USING (denial_id)
           WHERE before.adjustment_id = decision.adjustment_id), 0))) AS denial_id
FROM standing_answer AS answer
JOIN posting.decision ON decision.remit_claim_id = answer.remit_claim_id AND coalesce(decision.remit_line_id, decision.remit_claim_id) = answer.remit_line_id
JOIN remittance.adjustment AS adjustment USING (adjustment_id)
JOIN remittance.claim AS clp ON clp.remit_claim_id = answer.remit_claim_id
LEFT JOIN remittance.line AS line ON line.remit_line_id = answer.remit_line_id
LEFT JOIN codes.carc AS code ON code.carc = adjustment.carc
LEFT JOIN codes.category AS category ON category.category = decision.category
LEFT JOIN (
    SELECT item_id, min(rarc) FILTER (refines) AS rarc, bool_or(category IN ('CLAIM_UNPROCESSABLE', 'APPEAL_BLOCK')) AS no_appeal
    FROM (SELECT remit_line_id AS item_id, unnest(remark_codes) AS rarc FROM remittance.line
          UNION ALL SELECT remit_claim_id, unnest(remark_codes) FROM remittance.claim) JOIN codes.rarc USING (rarc)
    GROUP BY 1
) AS remark ON remark.item_id = answer.remit_line_id
WHERE decision.action = 'deny' AND decision.cents > 0
QUALIFY row_number() OVER (PARTITION BY answer.remit_line_id ORDER BY decision.cents DESC, coalesce(category.priority, 999), decision.adjustment_id) = 1;

INSERT INTO receivables.denial_closed
SELECT denial_id, CASE WHEN standing.remit_claim_id IS NULL THEN 'superseded' ELSE 'paid_later' END,
       CASE WHEN standing.remit_claim_id IS NULL THEN 0 ELSE newest.paid_cents END, CAST($today AS DATE), $run_id
FROM receivables.open_denial AS denial
LEFT JOIN (SELECT DISTINCT remit_claim_id FROM standing_answer) AS standing USING (remit_claim_id)
LEFT JOIN (
    -- what the lines were paid; the claim's own row repeats it
    SELECT claim_id, charge_id, payer_turn, remit_claim_id, coalesce(sum(paid_cents) FILTER (remit_line_id <> remit_claim_id), max(paid_cents)) AS paid_cents
    FROM standing_answer WHERE newest = 1 GROUP BY ALL
) AS newest
  ON newest.claim_id = denial.claim_id AND newest.charge_id IS NOT DISTINCT FROM denial.charge_id AND newest.payer_turn = denial.payer_turn
WHERE standing.remit_claim_id IS NULL OR (newest.remit_claim_id <> denial.remit_claim_id AND newest.paid_cents > 0);

INSERT OR IGNORE INTO receivables.denial
SELECT denial_id, claim_id, charge_id, denied.payer_id, payer_turn, remit_claim_id, adjustment_id, group_code, carc, rarc, category, category = 'DUPLICATE',
       liability, coalesce(preventable = 'Y', false), coalesce(appealable IN ('Y', 'C'), false) AND NOT no_appeal, denied_cents, charge_cents, paid_cents > 0,
       effective_on, effective_on + term.appeal_days, CAST($today AS DATE), $run_id
FROM denied_now AS denied JOIN payer_term AS term USING (payer_id)
WHERE newest = 1 AND NOT EXISTS (
    SELECT 1 FROM receivables.open_denial AS open
    WHERE open.claim_id = denied.claim_id AND open.charge_id IS NOT DISTINCT FROM denied.charge_id AND open.payer_turn = denied.payer_turn
      AND (open.remit_claim_id <> denied.remit_claim_id OR open.adjustment_id = denied.adjustment_id))
-- what a person ended for this very answer stays so, unless the person took that back
AND NOT EXISTS (
    SELECT 1 FROM receivables.denial AS ended JOIN receivables.denial_closed AS closed USING (denial_id) JOIN receivables.denial_effect AS effect USING (denial_id)
    WHERE ended.adjustment_id = denied.adjustment_id AND closed.because IN ('written_off', 'transferred', 'closed'));

-- which edit would have stopped each new episode, and what it did on this claim before the claim was sent
INSERT OR IGNORE INTO receivables.denial_cause
WITH opened AS (
    SELECT denial.denial_id, denial.claim_id, denial.carc, denial.rarc, denial.category, line.line_no, coalesce(max(batch.batch_on), denial.denied_on) AS left_on
    FROM receivables.denial AS denial
    LEFT JOIN submission.batch_claim AS batch ON batch.claim_id = denial.claim_id AND batch.batch_on <= denial.denied_on
    LEFT JOIN scrub.claim_line AS line ON line.claim_id = denial.claim_id AND line.charge_id = denial.charge_id
    WHERE denial.run_id = $run_id
    GROUP BY denial.denial_id, denial.claim_id, denial.carc, denial.rarc, denial.category, line.line_no, denial.denied_on
), said AS (
    SELECT opened.denial_id, opened.carc, opened.rarc, finding.rule_id, finding.rule_version, finding.finding_id, finding.found_on,
           CASE WHEN cleared.cleared_on <= opened.left_on THEN 'cleared' ELSE 'overridden' END AS verdict
    FROM opened
    JOIN scrub.edit_finding AS finding ON finding.claim_id = opened.claim_id AND finding.found_on <= opened.left_on AND finding.severity <> 'shadow'
     AND (finding.line_no IS NULL OR opened.line_no IS NULL OR finding.line_no = opened.line_no)
    LEFT JOIN scrub.finding_cleared AS cleared USING (finding_id)
    UNION ALL
    SELECT opened.denial_id, opened.carc, opened.rarc, fix.rule_id, fix.rule_version, NULL, fix.fixed_on, 'fixed'
    FROM opened
    JOIN scrub.fix AS fix ON fix.claim_id = opened.claim_id AND fix.fixed_on <= opened.left_on
     AND (fix.line_no IS NULL OR opened.line_no IS NULL OR fix.line_no = opened.line_no)
), mapped AS (
    SELECT opened.denial_id, edit.edits
    FROM opened
    JOIN denial_edit AS edit ON (len(edit.carcs) = 0 OR list_contains(edit.carcs, opened.carc)) AND (len(edit.rarcs) = 0 OR list_contains(edit.rarcs, opened.rarc))
     AND (len(edit.categories) = 0 OR list_contains(edit.categories, opened.category))
    QUALIFY row_number() OVER (PARTITION BY opened.denial_id ORDER BY edit.place) = 1
), named AS (
    SELECT denial_id, unnest(edits) AS rule_id FROM mapped
    UNION
    -- and what spoke up on this very claim or line, when it says that it prevents the code; where a remark says more than the code, it decides
    SELECT said.denial_id, said.rule_id
    FROM said
    JOIN scrub.rule_edition AS edition ON edition.rule_id = said.rule_id AND edition.rule_version = said.rule_version
     AND list_contains(CAST(edition.content -> 'prevents' AS VARCHAR[]), said.carc)
    WHERE said.rarc IS NULL
)
SELECT denial_id, rule_id, coalesce(said.verdict, 'silent'), said.finding_id, said.found_on, $run_id
FROM named LEFT JOIN said USING (denial_id, rule_id)
QUALIFY row_number() OVER (PARTITION BY denial_id, rule_id ORDER BY said.verdict = 'overridden' DESC, said.found_on DESC, said.finding_id) = 1;
