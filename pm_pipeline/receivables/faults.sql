-- work: why a claim that is due to a later payer cannot be made or was not taken; closed when it no longer is so
CREATE OR REPLACE TEMP TABLE fault_now AS
SELECT concat(claim_id, ' ', code) AS item_id, claim_id, cents, due_on, string_agg(DISTINCT fault.text, ' ' ORDER BY fault.text) AS text
FROM secondary_fault AS fault
JOIN (SELECT claim_id, cents, due_on FROM receivables.open_work WHERE kind = 'bill_secondary') AS due USING (claim_id)
GROUP BY claim_id, code, cents, due_on;

INSERT OR IGNORE INTO receivables.work_item
SELECT short_id('W', concat_ws('|', 'secondary_fault', item_id, due_on, before.times)), 'secondary_fault', item_id, claim_id, cents, due_on, text, CAST($today AS DATE), $run_id
FROM fault_now LEFT JOIN (
    SELECT item_id, due_on, count(*) AS times FROM receivables.work_item JOIN receivables.work_item_closed USING (work_id) WHERE kind = 'secondary_fault' GROUP BY ALL
) AS before USING (item_id, due_on);

INSERT INTO receivables.work_item_closed
SELECT work_id, 'happened', CAST($today AS DATE), $run_id
FROM receivables.open_work AS open
WHERE open.kind = 'secondary_fault' AND NOT EXISTS (SELECT 1 FROM fault_now WHERE fault_now.item_id = open.item_id AND fault_now.due_on = open.due_on);
