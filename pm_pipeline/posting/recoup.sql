-- what a payer announced or carried forward and has not taken, or took and never announced: in sight until its other half comes

-- one row per open balance (posting.carried_balance) whose newest provider adjustment is in the ledger
CREATE OR REPLACE TEMP TABLE recoup_open AS
SELECT carried.*, plb.plb_id, plb.payment_id, len(plb_ids) AS halves,
       short_id('Q', concat_ws('|', 'RECOUP_OPEN', trn03, carried.reason_code, carried.reference, len(plb_ids), open_cents)) AS exception_id
FROM posting.carried_balance AS carried JOIN remittance.provider_adjustment AS plb ON plb.plb_id = carried.plb_ids[-1]
WHERE state <> 'paired' AND plb.plb_id IN (SELECT plb_id FROM posting.provider_adjustment_outcome WHERE kind IN ('post', 'release'));

INSERT OR IGNORE INTO posting.exception
SELECT exception_id, 'RECOUP_OPEN', 'provider_adjustment', plb_id, payment_id, NULL, NULL, open_cents,
       concat_ws(' ', 'PLB', reason_code, concat(reference, ':'), 'announced', announced_cents, 'cents, acknowledged', acknowledged_cents, 'and taken', taken_cents),
       false, CAST($today AS DATE), $run_id
FROM recoup_open;

INSERT OR IGNORE INTO posting.exception_closed
SELECT exception_id, 'settled_since', 'policy', CAST($today AS DATE), $run_id
FROM posting.open_exception WHERE code = 'RECOUP_OPEN' AND exception_id NOT IN (SELECT exception_id FROM recoup_open);
