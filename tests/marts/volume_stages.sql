-- one row per stage row of the made-up practice; run with made_claim and made_line in place
INSERT INTO scrub.claim BY NAME
SELECT claim_id, 'HARBOR' AS practice_id, claim_id AS encounter_id, 1 AS group_no, 'X' AS patient_id, provider_id, 'MAIN' AS location_id, payer_id, 'primary' AS payer_turn,
       '11' AS place_of_service, [] AS diagnoses, dos AS dos_from, dos AS dos_to, dos + 1 AS entered_on, 2 AS lines,
       (SELECT sum(cents) FROM made_line WHERE made_line.claim_id = made_claim.claim_id) AS charge_cents, 'x' AS content_hash, dos + 1 AS built_on, 'run' AS run_id
FROM made_claim;

INSERT INTO charges.charge BY NAME
SELECT charge_id, 'new' AS action, claim_id, 1 AS group_no, 'L' || charge_id AS line_id, 'HARBOR' AS practice_id, claim_id AS encounter_id, 'X' AS patient_id,
       provider_id, 'MAIN' AS location_id, charged_on AS entered_on, dos AS dos_from, dos AS dos_to, '99213' AS procedure_code, [] AS modifiers, [] AS diagnoses,
       [] AS diagnosis_pointers, 1 AS units, cents AS charge_cents, '11' AS place_of_service, 'f' AS file_id, n AS row_no, charged_on AS landed_on, 'run' AS run_id
FROM made_line;

INSERT INTO scrub.claim_event BY NAME
SELECT 'V' || n || '-' || step AS event_id, claim_id, 1 AS version, n * 4 + step AS seq, kind, kind AS state, step AS rank, dos + step AS happened_on, 'run' AS run_id,
       TIMESTAMP '2026-01-01' AS recorded_at
FROM made_claim CROSS JOIN (VALUES (1, 'released'), (2, 'sent'), (3, 'accepted'), (4, 'paid')) AS steps(step, kind);

INSERT INTO submission.batch_claim BY NAME
SELECT claim_id, 1 AS version, n % 180 AS isa13, n AS st02, payer_id, '1' AS frequency, 'x' AS content_hash, 20000 AS charge_cents, 1 AS first_segment_no,
       2 AS last_segment_no, dos + 2 AS batch_on, 'run' AS run_id
FROM made_claim;

INSERT INTO submission.upload_event BY NAME
SELECT day AS isa13, 1 AS seq, 'uploaded' AS state, DATE '2026-01-03' + CAST(day AS INTEGER) AS happened_on, TIMESTAMP '2026-01-01' AS recorded_at, 'run' AS run_id
FROM range(180) AS days(day);

INSERT INTO remittance.payment BY NAME
SELECT 'PAY' || day || payer_id AS payment_id, 's' || day || payer_id AS set_id, 'f' AS file_id, 1 AS segment_no, payer_id, 't' || day AS trn02, payer_id AS trn03,
       'us' AS payee_id, true AS is_our_payee, 'I' AS bpr01, 'ACH' AS method, 0 AS paid_cents, answered_on AS effective_on, count(*) AS claims, 0 AS claim_paid_cents,
       0 AS plb_cents, 'x' AS fingerprint, answered_on AS received_on, 'run' AS run_id
FROM (SELECT n % 180 AS day, payer_id, dos + 20 AS answered_on FROM made_claim) GROUP BY day, payer_id, answered_on;

INSERT INTO remittance.claim BY NAME
SELECT 'R' || n AS remit_claim_id, 'PAY' || (n % 180) || payer_id AS payment_id, n AS clp_no, 'f' AS file_id, 1 AS segment_no, claim_id AS clp01, '1' AS status,
       20000 AS charge_cents, 0 AS paid_cents, [] AS remark_codes, 2 AS lines, 0 AS adjusted_cents, true AS is_balanced, 'run' AS run_id
FROM made_claim;

INSERT INTO remittance.line BY NAME
SELECT 'R' || n || '-' || line_no AS remit_line_id, 'R' || n AS remit_claim_id, line_no AS svc_no, 'f' AS file_id, 1 AS segment_no, [] AS modifiers,
       cents AS charge_cents, CASE WHEN is_denied THEN 0 ELSE cents // 2 END AS paid_cents, [] AS remark_codes, true AS is_balanced, 'run' AS run_id
FROM made_line;

INSERT INTO posting.posting_made BY NAME
SELECT 'R' || n || ':post' AS posting_key, 'post' AS kind, 'PAY' || (n % 180) || payer_id AS payment_id, 'R' || n AS remit_claim_id, claim_id, 'primary' AS payer_turn,
       1 AS generation, 0 AS paid_cents, 0 AS adjusted_cents, dos + 20 AS posted_on, 'run' AS run_id
FROM made_claim WHERE NOT is_waiting;

INSERT INTO posting.line_outcome_made BY NAME
SELECT 'R' || n || '-' || line_no AS remit_line_id, 'R' || n AS remit_claim_id, 'R' || n || CASE WHEN is_waiting THEN ':suspend' ELSE ':post' END AS posting_key,
       CASE WHEN is_waiting THEN 'held' WHEN is_denied THEN 'denied' ELSE 'posted' END AS outcome, 0 AS paid_cents, answered_on AS posted_on, 'run' AS run_id
FROM made_line;

INSERT INTO posting.payment_posted BY NAME SELECT payment_id, received_on AS posted_on, 'run' AS run_id FROM remittance.payment;

INSERT INTO receivables.denial BY NAME
SELECT 'D' || charge_id AS denial_id, claim_id, charge_id, payer_id, 'primary' AS payer_turn, 'R' || n AS remit_claim_id, 'a' AS adjustment_id, 'CO' AS group_code,
       '197' AS carc, ['AUTHORIZATION', 'CODING', 'ELIGIBILITY'][1 + (n + line_no) % 3] AS category, false AS is_duplicate, 'payer' AS liability,
       true AS is_preventable, true AS is_appealable, cents AS denied_cents, cents AS charge_cents, false AS is_partial, answered_on AS denied_on,
       answered_on + 90 AS appeal_by, answered_on AS opened_on, 'run' AS run_id
FROM made_line WHERE is_denied AND NOT is_waiting;
