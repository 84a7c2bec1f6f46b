-- a practice with $history claims that were sent and $claims that wait to be judged; two lines each, one patient in ten visits
INSERT INTO front_office.patient BY NAME
SELECT 'PT' || n AS patient_id, DATE '2025-01-01' AS updated_on, 'TESTER' AS last_name, 'P' || n AS first_name, DATE '1940-01-01' + CAST(n * 37 % 25000 AS INTEGER) AS birth_date,
       CASE n % 2 WHEN 0 THEN 'F' ELSE 'M' END AS sex, '1 TEST ST' AS line1, 'PORTLAND' AS city, 'ME' AS state, '04101' AS zip, 'feed' AS file_id, n AS row_no, 'r' AS run_id
FROM range(greatest(1, ($claims + $history) // 10)) AS t(n);

INSERT INTO front_office.coverage BY NAME
SELECT 'CV' || n AS coverage_id, DATE '2025-01-01' AS updated_on, 'PT' || n AS patient_id, 1 AS cob_order, payer_id, member_id, '18' AS relationship,
       DATE '2020-01-01' AS effective_from, 'feed' AS file_id, n AS row_no, 'r' AS run_id
FROM range(greatest(1, ($claims + $history) // 10)) AS t(n)
JOIN (VALUES (0, 'SMTML', '1234567890'), (1, 'LKSHM', 'L12345678'), (2, 'SMDCR', '1EG4TE5MK73'), (3, 'BLHRB', 'ABC123456789')) AS payer(no, payer_id, member_id)
  ON payer.no = n % 4;

-- one row per visit; those of history come first
CREATE OR REPLACE TEMP TABLE bench_visit AS
SELECT n, n >= $history AS waits, 'C' || lpad(CAST(n AS VARCHAR), 15, '0') AS claim_id, 'E' || n AS encounter_id, 'PT' || (n % greatest(1, ($claims + $history) // 10)) AS patient_id,
       CASE WHEN n >= $history THEN DATE '2026-06-01' ELSE DATE '2024-01-01' + CAST(n * 7 % 870 AS INTEGER) END AS dos
FROM range($claims + $history) AS t(n);

INSERT INTO charges.charge BY NAME
SELECT 'CH' || n || '-' || line_no AS charge_id, 'new' AS action, claim_id, 1 AS group_no, 'L' || n || '-' || line_no AS line_id, 'HARBOR' AS practice_id, encounter_id, patient_id,
       'P0' || (1 + n % 3) AS provider_id, 'MAIN' AS location_id, dos + 1 AS entered_on, dos AS dos_from, dos AS dos_to,
       [['99213', '99214', '99203', '97110', '20610'], ['81002', '36415', '93000', '90471', '71046']][line_no][1 + n % 5] AS procedure_code,
       CASE WHEN n % 7 = 0 AND line_no = 1 THEN ['25'] ELSE [] END AS modifiers, [['E119', 'I10'], ['J069'], ['M1711'], ['Z0000', 'E785']][1 + n % 4] AS diagnoses,
       [1] AS diagnosis_pointers, CASE WHEN n % 50 = 0 THEN 3 ELSE 1 END AS units, 15000 AS charge_cents, '11' AS place_of_service, CASE WHEN waits THEN 'feed' ELSE 'old' END AS file_id,
       n * 2 + line_no AS row_no, dos + 2 AS landed_on, 'r' AS run_id
FROM bench_visit, range(1, 3) AS lines(line_no);

INSERT INTO scrub.claim BY NAME
SELECT claim_id, 'HARBOR' AS practice_id, encounter_id, 1 AS group_no, patient_id, 'P0' || (1 + n % 3) AS provider_id, 'MAIN' AS location_id, coverage.payer_id,
       'primary' AS payer_turn, coverage_id, '11' AS place_of_service, ['E119'] AS diagnoses, dos AS dos_from, dos AS dos_to, dos + 1 AS entered_on, 2 AS lines,
       30000 AS charge_cents, 'h' AS content_hash, dos + 2 AS built_on, 'r' AS run_id
FROM bench_visit JOIN front_office.coverage USING (patient_id) WHERE NOT waits;

INSERT INTO scrub.claim_event BY NAME
SELECT claim_id || event.kind AS event_id, claim_id, 1 AS version, event.seq, event.kind, event.kind AS state, 10 * event.seq AS rank, dos + CAST(2 + event.seq AS INTEGER) AS happened_on,
       'r' AS run_id, TIMESTAMP '2026-01-01' AS recorded_at
FROM bench_visit, (VALUES (1, 'built'), (2, 'released'), (3, 'prepared'), (4, 'sent'), (5, 'paid')) AS event(seq, kind) WHERE NOT waits;

INSERT INTO scrub.charge_file VALUES ('old', DATE '2026-05-31', 'r');
