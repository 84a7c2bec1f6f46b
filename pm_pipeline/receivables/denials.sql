-- denial episodes: closed when the remittance that opened them is reversed or a later one pays; opened per line, once

-- one row per line (or claim, for what is adjusted at claim level) of a payer's standing answer, one not reversed; the
-- lines of the newest answer to a charge are all numbered 1
CREATE OR REPLACE TEMP TABLE standing_answer AS
SELECT posted.claim_id, outcome.charge_id, posted.payer_turn, posted.remit_claim_id, outcome.remit_line_id, outcome.paid_cents, pay.effective_on, pay.payer_id,
       dense_rank() OVER (PARTITION BY posted.claim_id, outcome.charge_id, posted.payer_turn ORDER BY pay.effective_on DESC, posted.generation DESC, posted.posting_key DESC) AS newest
FROM posting.posting AS posted
JOIN (
    SELECT posting_key, charge_id, remit_line_id, paid_cents FROM posting.line_outcome
    UNION ALL
    SELECT DISTINCT whole.posting_key, decision.charge_id, whole.remit_claim_id, whole.paid_cents
    FROM posting.decision JOIN posting.posting AS whole USING (remit_claim_id)
    WHERE decision.remit_line_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM posting.line_outcome AS own WHERE own.remit_line_id = whole.remit_claim_id AND own.posting_key = whole.posting_key)
) AS outcome USING (posting_key)
JOIN remittance.current_payment AS pay ON pay.payment_id = posted.payment_id
LEFT JOIN posting.posting AS later ON later.reverses = posted.posting_key
WHERE posted.kind IN ('post', 'release') AND posted.reverses IS NULL AND posted.payer_turn IS NOT NULL AND later.posting_key IS NULL;

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
    WHERE open.claim_id = denied.claim_id AND open.charge_id IS NOT DISTINCT FROM denied.charge_id AND open.payer_turn = denied.payer_turn);
