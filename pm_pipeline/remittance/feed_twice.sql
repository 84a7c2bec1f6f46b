-- rows of the deposits feed that a bank statement brought before: they are known, whatever id the feed gives them

-- one row per row that came under this id before, for a deposit a statement had brought first
CREATE OR REPLACE TEMP TABLE feed_known AS
SELECT row_no, alias.deposit_id
FROM intake_row AS row JOIN intake_judged USING (row_no)
JOIN remittance.deposit_alias AS alias ON alias.alias_id = row.deposit_id
JOIN remittance.current_deposit AS held ON held.deposit_id = alias.deposit_id
WHERE verdict = 'fresh' AND held.cents = row.cents AND held.deposited_on = row.deposited_on AND trim(held.trace_number) = trim(row.trace_number);

-- and one per row whose day, amount and trace number are those of a statement's line under another id: the first with the first
INSERT INTO feed_known
WITH fresh AS (
    SELECT row_no, deposited_on, cents, trim(trace_number) AS trace_number, originator,
           row_number() OVER (PARTITION BY deposited_on, cents, trim(trace_number) ORDER BY row_no) AS place
    FROM intake_row JOIN intake_judged USING (row_no)
    WHERE verdict = 'fresh' AND row_no NOT IN (SELECT row_no FROM feed_known)
), unseen AS (
    SELECT held.deposit_id, deposited_on, held.cents, trim(held.trace_number) AS trace_number, held.originator,
           row_number() OVER (PARTITION BY deposited_on, held.cents, trim(held.trace_number) ORDER BY held.deposit_id) AS place
    FROM remittance.current_deposit AS held
    JOIN remittance.bank_line AS line ON line.deposit_id = held.deposit_id AND line.file_id = held.file_id
    WHERE held.deposit_id NOT IN (SELECT deposit_id FROM remittance.deposit_alias)
      AND held.deposit_id NOT IN (SELECT deposit_id FROM intake_row)
)
SELECT row_no, deposit_id FROM fresh JOIN unseen USING (deposited_on, cents, trace_number, place)
WHERE coalesce(fresh.originator = unseen.originator, true);

-- and one per row with the id of a statement's line that said less: no trace number, or no originator
INSERT INTO feed_known
SELECT row_no, row.deposit_id
FROM intake_row AS row JOIN intake_judged USING (row_no)
JOIN remittance.current_deposit AS held ON held.deposit_id = row.deposit_id
WHERE verdict = 'conflict' AND held.cents = row.cents AND held.deposited_on = row.deposited_on AND trim(held.trace_number) IN ('', trim(row.trace_number))
  AND coalesce(held.originator = row.originator, true)
  AND EXISTS (SELECT 1 FROM remittance.bank_line AS line WHERE line.deposit_id = held.deposit_id AND line.file_id = held.file_id)
QUALIFY row_number() OVER (PARTITION BY row.deposit_id ORDER BY row_no) = 1;

-- whose row the feed has brought, under whatever id, no other row can be
INSERT OR IGNORE INTO remittance.deposit_alias
SELECT row.deposit_id, coalesce(known.deposit_id, line.deposit_id), intake_file.file_id, row.row_no, $run_id
FROM intake_row AS row JOIN intake_judged USING (row_no)
LEFT JOIN feed_known AS known ON known.row_no = row.row_no
LEFT JOIN (SELECT DISTINCT deposit_id FROM remittance.bank_line) AS line ON line.deposit_id = row.deposit_id AND verdict = 'known'
CROSS JOIN intake_file
WHERE coalesce(known.deposit_id, line.deposit_id) IS NOT NULL;

INSERT OR IGNORE INTO remittance.deposit_named
SELECT known.deposit_id, nullif(trim(row.trace_number), ''), row.originator, intake_file.file_id, row_no, $run_id
FROM feed_known AS known JOIN intake_row AS row USING (row_no) JOIN remittance.current_deposit AS held ON held.deposit_id = known.deposit_id CROSS JOIN intake_file
WHERE (trim(held.trace_number) = '' OR (held.originator IS NULL AND row.originator IS NOT NULL));

DELETE FROM intake_problem WHERE reason = 'KEY_CONFLICT' AND row_no IN (SELECT row_no FROM feed_known);

UPDATE intake_judged SET verdict = 'known' WHERE row_no IN (SELECT row_no FROM feed_known);
