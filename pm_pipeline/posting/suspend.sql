-- what is still blocked: its cash goes to suspense once, with one exception per reason
CREATE OR REPLACE TEMP TABLE suspending AS
SELECT * FROM blocked
WHERE code IS NOT NULL AND remit_claim_id NOT IN (SELECT remit_claim_id FROM posted_in_run);

INSERT INTO ledger_proposal
SELECT concat('remit:', remit_claim_id, ':suspense', again), 'suspense', NULL, 'policy', 'suspense', CASE side WHEN 1 THEN 'CASH_CLEARING' ELSE 'UNAPPLIED' END,
       CASE side WHEN 1 THEN cash ELSE 'payer' END, side * paid_cents, $practice_id, payer_id, NULL, NULL, NULL, payment_id, remit_claim_id, NULL, effective_on,
       file_id, segment_no, policy_id, policy_version, code
FROM suspending CROSS JOIN (VALUES (1), (-1)) AS sides(side)
WHERE NOT is_suspended AND paid_cents <> 0;

INSERT INTO posting.posting_made
SELECT concat(remit_claim_id, ':suspend', again), 'suspend', payment_id, remit_claim_id, NULL, NULL, NULL, NULL, NULL, paid_cents, 0, CAST($today AS DATE), $run_id, attempt
FROM suspending WHERE NOT is_suspended;

INSERT INTO posting.line_outcome_made
SELECT coalesce(line.remit_line_id, held.remit_claim_id), held.remit_claim_id, concat(held.remit_claim_id, ':suspend', again), NULL, 'held', NULL,
       coalesce(line.paid_cents, held.paid_cents), CAST($today AS DATE), $run_id
FROM suspending AS held LEFT JOIN remittance.line AS line USING (remit_claim_id)
WHERE NOT held.is_suspended;

INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', code, remit_claim_id, (
           SELECT count(*) FROM posting.exception AS earlier JOIN posting.exception_closed USING (exception_id)
           WHERE earlier.item_id = suspending.remit_claim_id AND earlier.code = suspending.code
             -- of an attempt after the first only its own count, so that a replay, which never makes the first, gives them the same ids
             AND (again IS NULL OR earlier.exception_id IN (SELECT short_id('Q', concat_ws('|', suspending.code, remit_claim_id, n, again)) FROM range(100) AS t(n)))),
           again)), code, 'remit_claim', remit_claim_id, payment_id, remit_claim_id, claim_id, paid_cents,
       concat_ws('; ', concat('CLP ', clp_no, ' at segment ', segment_no),
                 CASE WHEN code = 'UNBALANCED_CLAIM' THEN imbalance ELSE coalesce(evidence, imbalance) END), true, CAST($today AS DATE), $run_id
FROM suspending;
