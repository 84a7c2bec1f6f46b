-- work items: one row per claim a payer underpaid, from the day after the payment; a sum that changed is a new item

-- one row per claim underpaid with something to get from the payer
CREATE OR REPLACE TEMP TABLE underpayment_now AS
SELECT claim_id, recoverable_cents AS cents, effective_on AS due_on,
       concat('Allowed ', dollars(underpaid_cents), ' less than ', contract, ' on ', lines, CASE lines WHEN 1 THEN ' line' ELSE ' lines' END,
              ': expected ', dollars(expected_cents), ', allowed ', dollars(actual_cents), '. Ask the payer to reprocess it by ', effective_on + term.appeal_days, '.') AS text
FROM receivables.underpaid_claim JOIN payer_term AS term USING (payer_id)
WHERE recoverable_cents > 0;

INSERT INTO receivables.work_item_closed
SELECT work_id, CASE WHEN now.claim_id IS NULL THEN 'corrected' ELSE 'changed' END, CAST($today AS DATE), $run_id
FROM receivables.open_work AS open LEFT JOIN underpayment_now AS now ON now.claim_id = open.item_id
WHERE open.kind = 'underpayment' AND (now.claim_id IS NULL OR now.cents <> open.cents OR now.due_on <> open.due_on);

INSERT INTO receivables.work_item
SELECT short_id('W', concat_ws('|', 'underpayment', claim_id, now.due_on, now.cents, before.times)), 'underpayment', claim_id, claim_id, now.cents, now.due_on, text, CAST($today AS DATE), $run_id
FROM underpayment_now AS now LEFT JOIN (
    SELECT item_id, due_on, cents, count(*) AS times FROM receivables.work_item JOIN receivables.work_item_closed USING (work_id)
    WHERE kind = 'underpayment' GROUP BY ALL
) AS before ON before.item_id = now.claim_id AND before.due_on = now.due_on AND before.cents = now.cents
WHERE now.due_on < CAST($today AS DATE)
  AND NOT EXISTS (SELECT 1 FROM receivables.open_work AS open WHERE open.kind = 'underpayment' AND open.item_id = now.claim_id);
