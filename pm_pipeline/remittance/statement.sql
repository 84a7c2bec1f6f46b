-- one row per transaction of a bank statement: fresh, known already, or in conflict; what is fresh is loaded, what conflicts is kept

-- what each is to the practice, and its key. A credit of a type we do not know is a deposit: the money did come.
CREATE OR REPLACE TEMP TABLE bank_line_keyed AS
WITH meant AS (
    SELECT line.* EXCLUDE (reference), nullif(regexp_replace(trim(line.reference), '^0+$', ''), '') AS reference,
           CASE WHEN line.cents = 0 THEN 'own' WHEN line.cents < 0 AND said.becomes IN ('eft', 'check', 'other') THEN 'return'
                WHEN said.becomes IS NOT NULL THEN said.becomes
                WHEN type_code BETWEEN '101' AND '399' OR type_code BETWEEN '920' AND '959' THEN 'other' ELSE 'own' END AS becomes
    FROM bank_line_now AS line LEFT JOIN codes.bank_type AS said USING (type_code)
), named AS (
    SELECT *, becomes IN ('eft', 'check', 'other') AS is_deposit,
           row_number() OVER (PARTITION BY account, posted_on, cents, trace_number, reference, becomes ORDER BY record_no) AS ordinal
    FROM meant
)
SELECT *, CASE WHEN becomes IN ('own', 'part') THEN short_id('B', concat_ws('|', 'own', account, posted_on, type_code, cents, coalesce(reference, ''), ordinal))
               WHEN reference IS NOT NULL AND becomes = 'return' THEN short_id('B', concat_ws('|', 'return', account, reference))
               WHEN reference IS NOT NULL THEN reference
               ELSE short_id('B', concat_ws('|', becomes, account, posted_on, cents, trace_number, ordinal)) END AS line_id
FROM named;

CREATE OR REPLACE TEMP TABLE bank_line_judged AS
WITH ranked AS (
    SELECT *, row_number() OVER again AS turn,
           cents = first_value(cents) OVER again AND posted_on = first_value(posted_on) OVER again AND trace_number = first_value(trace_number) OVER again AS is_as_first
    FROM bank_line_keyed WINDOW again AS (PARTITION BY line_id ORDER BY record_no)
), by_key AS (
    SELECT line.*,
           CASE WHEN turn > 1 THEN CASE WHEN is_as_first THEN 'known' ELSE 'conflict' END
                WHEN held.line_id IS NOT NULL
                THEN CASE WHEN held.cents = line.cents AND held.posted_on = line.posted_on AND coalesce(held.trace_number, '') = line.trace_number THEN 'known' ELSE 'conflict' END
                WHEN paid.deposit_id IS NULL OR NOT line.is_deposit THEN 'fresh'
                WHEN paid.cents = line.cents AND paid.deposited_on = line.posted_on AND (line.trace_number = '' OR trim(paid.trace_number) IN ('', line.trace_number))
                     AND coalesce(paid.originator = line.originator, true) THEN 'fresh' ELSE 'conflict' END AS verdict,
           CASE WHEN line.is_deposit THEN paid.deposit_id END AS same_key
    FROM ranked AS line
    LEFT JOIN remittance.bank_line AS held ON held.line_id = line.line_id
    LEFT JOIN remittance.current_deposit AS paid ON paid.deposit_id = line.line_id
), unseen AS (
    -- deposits of the feed no statement has brought yet, the first with the first
    SELECT deposit_id, deposited_on, cents, trim(trace_number) AS trace_number, originator,
           row_number() OVER (PARTITION BY deposited_on, cents, trim(trace_number) ORDER BY deposit_id) AS place
    FROM remittance.current_deposit AS deposit
    WHERE trim(trace_number) <> '' AND NOT EXISTS (SELECT 1 FROM remittance.bank_line AS line WHERE line.deposit_id = deposit.deposit_id)
      AND NOT EXISTS (SELECT 1 FROM by_key WHERE by_key.same_key = deposit.deposit_id)
), alone AS (
    SELECT record_no, posted_on, cents, trace_number, originator, row_number() OVER (PARTITION BY posted_on, cents, trace_number ORDER BY line_id) AS place
    FROM by_key WHERE verdict = 'fresh' AND is_deposit AND same_key IS NULL
)
SELECT by_key.*, coalesce(same_key, unseen.deposit_id) AS other_key,
       CASE WHEN verdict = 'fresh' AND is_deposit THEN coalesce(same_key, unseen.deposit_id, line_id) END AS deposit_id
FROM by_key
LEFT JOIN alone USING (record_no)
LEFT JOIN unseen ON unseen.deposited_on = alone.posted_on AND unseen.cents = alone.cents AND unseen.trace_number = alone.trace_number AND unseen.place = alone.place
               AND coalesce(unseen.originator = alone.originator, true);

INSERT INTO remittance.deposit
SELECT deposit_id, posted_on, trace_number, originator, cents, $file_id, record_no, $run_id
FROM bank_line_judged WHERE verdict = 'fresh' AND is_deposit AND other_key IS NULL;

-- what a second delivery names that the first did not
INSERT OR IGNORE INTO remittance.deposit_named
SELECT line.deposit_id, nullif(line.trace_number, ''), line.originator, $file_id, line.record_no, $run_id
FROM bank_line_judged AS line JOIN remittance.current_deposit AS paid ON paid.deposit_id = line.other_key
WHERE line.verdict = 'fresh' AND ((trim(paid.trace_number) = '' AND line.trace_number <> '') OR (paid.originator IS NULL AND line.originator IS NOT NULL));

INSERT INTO remittance.bank_line
SELECT line_id, $file_id, record_no, account, posted_on, type_code, becomes, cents, nullif(trace_number, ''), originator, deposit_id, $run_id
FROM bank_line_judged WHERE verdict = 'fresh';

INSERT INTO intake.quarantined_row
SELECT $file_id, 'bank_statement', record_no, CASE WHEN regexp_matches(reference, '[0-9]') THEN reference END, ['KEY_CONFLICT'], ['bank reference'],
       ['a bank reference that was not used before for another day, amount or trace number'], ['A bank line never changes; ask the bank which of the two is right.'],
       CAST($today AS DATE), $run_id
FROM bank_line_judged WHERE verdict = 'conflict';
