-- CLP02 22: find the posting it takes back and propose its exact negation

-- one row per reversal that has not found its original yet
CREATE OR REPLACE TEMP TABLE open_reversal AS
SELECT * FROM blocked WHERE code = 'ORPHAN_REVERSAL'
  AND remit_claim_id NOT IN (SELECT remit_claim_id FROM posted_in_run);

-- one row per pending reversal and candidate original: posted, not reversed, same payer, same claim or payer claim number,
-- and of another payment: beside a reversal stands its correction, which may have the very amounts of the original
CREATE OR REPLACE TEMP TABLE reversal_pair AS
WITH near AS MATERIALIZED (  -- first, with what is posted only as far as it is of these: all that ever was would be joined otherwise
    SELECT reversal.remit_claim_id AS reversal_id, original.posting_key, false AS is_said FROM open_reversal AS reversal JOIN posting.posting AS original USING (claim_id)
    UNION
    SELECT reversal.remit_claim_id, original.posting_key, false
    FROM (SELECT remit_claim_id, unnest([payer_claim_number, original_payer_claim_number]) AS number FROM open_reversal) AS reversal
    JOIN remittance.claim AS clp ON clp.payer_claim_number = reversal.number
    JOIN posting.posting AS original ON original.remit_claim_id = clp.remit_claim_id
    UNION
    -- as a person said; its adjustments need not be those of the reversal, what was paid must
    SELECT reversal.remit_claim_id, original.posting_key, true FROM open_reversal AS reversal
    JOIN said ON said.remit_claim_id = reversal.remit_claim_id AND said.action = 'reverse'
    JOIN posting.posting AS original ON original.remit_claim_id = said.target
), posted AS MATERIALIZED (
    SELECT posting_key, remit_claim_id, payer_turn, claim_id, adjusted_cents FROM posting.posting SEMI JOIN near USING (posting_key)
    WHERE kind IN ('post', 'release') AND reverses IS NULL
), answer AS MATERIALIZED (
    SELECT remit_claim_id, payment_id, payer_claim_number, charge_cents, paid_cents FROM remittance.claim SEMI JOIN posted USING (remit_claim_id)
    WHERE status NOT IN ('22', '25')
), undone AS MATERIALIZED (
    SELECT reverses AS posting_key FROM posting.posting WHERE reverses IN (SELECT posting_key FROM near)
)
SELECT reversal.*, original.posting_key AS original_key, original.remit_claim_id AS original_remit_claim_id, original.payer_turn AS original_turn,
       original.claim_id AS original_claim_id, original.adjusted_cents AS original_adjusted_cents, pay.effective_on AS original_effective_on,
       clp.charge_cents = -reversal.charge_cents AND clp.paid_cents = -reversal.paid_cents AS amounts_negate,
       near.is_said AND clp.paid_cents = -reversal.paid_cents AS is_said
FROM open_reversal AS reversal
JOIN near ON near.reversal_id = reversal.remit_claim_id
JOIN posted AS original ON original.posting_key = near.posting_key
JOIN answer AS clp ON clp.remit_claim_id = original.remit_claim_id
JOIN remittance.current_payment AS pay ON pay.payment_id = clp.payment_id AND pay.payer_id = reversal.payer_id AND pay.payment_id <> reversal.payment_id
WHERE original.posting_key NOT IN (SELECT posting_key FROM undone)
  AND (clp.payer_claim_number IN (reversal.payer_claim_number, reversal.original_payer_claim_number)
       OR clp.payer_claim_number IS NULL OR reversal.payer_claim_number IS NULL OR near.is_said);

-- one row per pair whose adjustments, summed by group and code, do not cancel
CREATE OR REPLACE TEMP TABLE reversal_difference AS
SELECT DISTINCT remit_claim_id, original_remit_claim_id FROM (
    SELECT pair.remit_claim_id, pair.original_remit_claim_id, group_code, carc, sum(cents) AS cents
    FROM (SELECT remit_claim_id, original_remit_claim_id, unnest([remit_claim_id, original_remit_claim_id]) AS side FROM reversal_pair) AS pair
    JOIN remittance.adjustment ON adjustment.remit_claim_id = pair.side
    GROUP BY ALL
) WHERE cents <> 0;

-- one row per pair, the best choice of a reversal numbered 1
CREATE OR REPLACE TEMP TABLE reversal_candidate AS
SELECT *, row_number() OVER (PARTITION BY remit_claim_id ORDER BY is_said DESC, negates DESC, original_effective_on > effective_on, original_effective_on DESC, original_remit_claim_id DESC) AS choice
FROM (SELECT pair.*, amounts_negate AND difference.remit_claim_id IS NULL AS negates
      FROM reversal_pair AS pair LEFT JOIN reversal_difference AS difference USING (remit_claim_id, original_remit_claim_id));

-- one row per reversal that has its original; when two want the same one, the first by date takes it
CREATE OR REPLACE TEMP TABLE reversing_now AS
SELECT *, CASE WHEN is_suspended THEN 'release' ELSE 'post' END AS kind,
       concat(remit_claim_id, CASE WHEN is_suspended THEN ':release' ELSE ':post' END, again) AS posting_key
FROM reversal_candidate WHERE choice = 1 AND (negates OR is_said)
QUALIFY row_number() OVER (PARTITION BY original_key ORDER BY effective_on, payment_id, clp_no) = 1;

INSERT INTO ledger_reversal (txn_key, txn_kind, reverses_txn_key, payment_id, remit_claim_id, cash_method, effective_on, file_id, segment_no)
SELECT concat('remit:', now.remit_claim_id, ':reverses:', txn.txn_key), 'remit_reversal', txn.txn_key, now.payment_id, now.remit_claim_id, now.cash,
       now.effective_on, now.file_id, now.segment_no
FROM reversing_now AS now
JOIN (SELECT DISTINCT txn_id, remit_claim_id FROM ledger.entry WHERE remit_claim_id IN (SELECT original_remit_claim_id FROM reversing_now)) AS entry
  ON entry.remit_claim_id = now.original_remit_claim_id
JOIN ledger.txn AS txn ON txn.txn_id = entry.txn_id AND txn.txn_kind IN ('remit_line', 'remit_claim', 'line_placed')
 AND NOT EXISTS (SELECT 1 FROM ledger.txn AS undone WHERE undone.reverses_txn_id = txn.txn_id AND undone.txn_kind = 'unpost')
UNION ALL
SELECT concat('remit:', remit_claim_id, ':suspense', again, ':released'), 'suspense_release', concat('remit:', remit_claim_id, ':suspense', again), payment_id,
       remit_claim_id, NULL, effective_on, file_id, segment_no
FROM reversing_now WHERE is_suspended;

INSERT INTO posting.posting_made
SELECT posting_key, kind, payment_id, remit_claim_id, original_claim_id, original_turn, match_by, NULL, original_key, paid_cents,
       -original_adjusted_cents, CAST($today AS DATE), $run_id, attempt
FROM reversing_now;

INSERT INTO posting.line_outcome_made
SELECT line.remit_line_id, now.remit_claim_id, now.posting_key, line_match.charge_id, 'posted', coalesce(line_match.match_by, 'claim'), line.paid_cents, CAST($today AS DATE), $run_id
FROM reversing_now AS now JOIN remittance.line AS line USING (remit_claim_id) LEFT JOIN matched_line AS line_match USING (remit_line_id)
UNION ALL
SELECT remit_claim_id, remit_claim_id, posting_key, NULL, 'posted', 'claim', paid_cents, CAST($today AS DATE), $run_id FROM reversing_now WHERE lines = 0;

INSERT INTO posted_in_run SELECT remit_claim_id FROM reversing_now;

-- a reversal whose original is there but whose amounts differ is a mismatch, not an orphan
UPDATE blocked SET code = 'REVERSAL_MISMATCH', evidence = candidate.original_remit_claim_id
FROM reversal_candidate AS candidate
WHERE candidate.remit_claim_id = blocked.remit_claim_id AND candidate.choice = 1 AND NOT candidate.negates AND NOT candidate.is_said AND blocked.code = 'ORPHAN_REVERSAL';

-- two CLP02 22 of one claim in one payment, and one of them took it back: the other is the correction, under the wrong code (RFI 288). It has
-- the number of the reversal or of what that took back, or one of its own and names such a number as its original
UPDATE blocked SET code = 'CORRECTION_IS_REVERSAL', evidence = 'another CLP02 22 of this payment took back the claim'
FROM (
    SELECT clp.payment_id, clp.clp01, unnest([clp.payer_claim_number, taken_back.payer_claim_number]) AS payer_claim_number
    FROM remittance.claim AS clp JOIN posting.posting AS posted USING (remit_claim_id)
    JOIN posting.posting AS original ON original.posting_key = posted.reverses
    JOIN remittance.claim AS taken_back ON taken_back.remit_claim_id = original.remit_claim_id
    WHERE clp.payment_id IN (SELECT payment_id FROM open_reversal)
) AS beside
WHERE blocked.code IN ('ORPHAN_REVERSAL', 'REVERSAL_MISMATCH') AND beside.payment_id = blocked.payment_id AND beside.clp01 = blocked.clp01
  AND (beside.payer_claim_number IS NOT DISTINCT FROM blocked.payer_claim_number OR beside.payer_claim_number = blocked.original_payer_claim_number)
  AND blocked.remit_claim_id NOT IN (SELECT remit_claim_id FROM posted_in_run);
