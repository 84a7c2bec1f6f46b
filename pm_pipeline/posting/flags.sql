-- what posted but should be looked at, and exceptions that took care of themselves

-- one row per exception code and item that closed because it was no longer so: what comes back after that is a new exception
CREATE OR REPLACE TEMP TABLE closed_before AS
SELECT code, item_id, count(*) AS times FROM posting.exception JOIN posting.exception_closed USING (exception_id)
WHERE code IN ('ANSWERED_TWICE', 'DUP_PAYMENT', 'CREDIT_BALANCE') AND because IN ('settled_since', 'unpost') GROUP BY ALL;

INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', 'CHARGE_MISMATCH', remit_claim_id, again)), 'CHARGE_MISMATCH', 'remit_claim', remit_claim_id, payment_id, remit_claim_id, claim_id,
       claim.charge_cents - blocked.charge_cents, concat('CLP03 ', blocked.charge_cents, ' cents, billed ', claim.charge_cents, ' cents'), false, CAST($today AS DATE), $run_id
FROM (
    -- a claim may be answered in parts, a CLP each: together they are what was billed
    SELECT * EXCLUDE (parts), coalesce(parts, charge_cents) AS parts_cents FROM (
        SELECT *, sum(charge_cents) FILTER (NOT is_reversal AND NOT is_estimate) OVER (PARTITION BY payment_id, claim_id) AS parts FROM blocked)
) AS blocked JOIN scrub.claim AS claim USING (claim_id)
WHERE code IS NULL AND NOT is_reversal AND remit_claim_id IN (SELECT remit_claim_id FROM posted_in_run)
  AND claim.charge_cents NOT IN (blocked.charge_cents, parts_cents) AND NOT EXISTS (
    SELECT 1 FROM submission.batch_claim AS sent WHERE sent.claim_id = blocked.claim_id AND sent.charge_cents IN (blocked.charge_cents, parts_cents));

INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', 'LINE_UNMATCHED', remit_line_id, posting.again(attempt))), 'LINE_UNMATCHED', 'remit_line', remit_line_id, posting.payment_id, outcome.remit_claim_id,
       posting.claim_id, outcome.paid_cents, CASE WHEN charges.is_line_id(line_id) THEN concat('REF*6R ', line_id, ' is a charge of ours that is not on this claim (yet)')
                                                  ELSE 'no REF*6R of ours, and no charge with its procedure, date and amount' END, false, CAST($today AS DATE), $run_id
FROM posting.line_outcome AS outcome JOIN posting.posting USING (posting_key) JOIN remittance.line AS line USING (remit_line_id)
WHERE outcome.match_by = 'claim' AND outcome.remit_line_id <> outcome.remit_claim_id AND posting.reverses IS NULL
  AND outcome.remit_claim_id IN (SELECT remit_claim_id FROM posted_in_run);

CREATE OR REPLACE TEMP TABLE touched AS
SELECT DISTINCT claim_id FROM posting.posting WHERE remit_claim_id IN (SELECT remit_claim_id FROM posted_in_run)
UNION SELECT claim_id FROM unposting_now;

-- one row per claim and payer turn with a charge that two standing answers moved; answers without lines speak of every charge
CREATE OR REPLACE TEMP TABLE paid_twice AS
WITH answer AS (
    SELECT posted.* FROM posting.posting AS posted
    WHERE claim_id IN (SELECT claim_id FROM touched) AND kind IN ('post', 'release') AND reverses IS NULL
      AND NOT EXISTS (SELECT 1 FROM posting.posting AS later WHERE later.reverses = posted.posting_key)
    QUALIFY count(*) OVER (PARTITION BY claim_id, payer_turn) > 1
), moved AS (
    SELECT posted.claim_id, posted.payer_turn, posted.posting_key, posted.remit_claim_id, posted.payment_id, posted.paid_cents, entry.charge_id,
           clp.payer_claim_number, clp.status, concat(pay.effective_on, posted.posting_key) AS place
    FROM answer AS posted
    JOIN remittance.claim AS clp ON clp.remit_claim_id = posted.remit_claim_id
    JOIN remittance.payment AS pay ON pay.payment_id = posted.payment_id
    JOIN ledger.entry AS entry ON entry.remit_claim_id = posted.remit_claim_id AND entry.claim_id = posted.claim_id AND entry.sub_account = posted.payer_turn
    WHERE entry.account = 'AR'
    GROUP BY ALL HAVING sum(entry.cents) <> 0
)
SELECT one.claim_id, one.payer_turn, -- it is told of the one paid last
       arg_max(one.remit_claim_id, one.place) AS remit_claim_id, arg_max(one.payment_id, one.place) AS payment_id,
       max(one.paid_cents) AS cents, count(DISTINCT one.posting_key) AS times,
       -- the same claim number, status and amount in another payment: paid twice, and no other answer
       max(concat(one.payer_claim_number, ' with CLP02 ', one.status, ' and ', one.paid_cents, ' cents')) FILTER (
           one.payment_id <> other.payment_id AND one.payer_claim_number = other.payer_claim_number AND one.status = other.status
           AND one.paid_cents = other.paid_cents AND one.paid_cents > 0) AS same,
       CASE WHEN same IS NULL THEN 'ANSWERED_TWICE' ELSE 'DUP_PAYMENT' END AS code
FROM moved AS one
JOIN moved AS other ON other.claim_id = one.claim_id AND other.payer_turn = one.payer_turn AND other.posting_key <> one.posting_key
 AND (other.charge_id = one.charge_id OR other.charge_id IS NULL OR one.charge_id IS NULL)
GROUP BY one.claim_id, one.payer_turn;

INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', paid_twice.code, remit_claim_id, payer_turn, paid_twice.times, before.times)), paid_twice.code, 'remit_claim', remit_claim_id, payment_id,
       remit_claim_id, claim_id, cents, concat(paid_twice.times, CASE WHEN same IS NULL THEN ' answers of this payer to one charge stand'
       ELSE concat(' payments answer claim number ', same) END), false, CAST($today AS DATE), $run_id
FROM paid_twice LEFT JOIN closed_before AS before ON before.code = paid_twice.code AND before.item_id = remit_claim_id
WHERE NOT EXISTS (SELECT 1 FROM posting.open_exception AS open WHERE open.code = paid_twice.code AND open.remit_claim_id = paid_twice.remit_claim_id);

-- one row per claim, party and payer owed money, whatever made it so: a payment, or a charge voided after it was paid
CREATE OR REPLACE TEMP TABLE credit_balance AS
SELECT claim_id, sub_account, payer_id, sum(cents) AS cents FROM ledger.entry
WHERE account = 'AR' GROUP BY ALL HAVING sum(cents) < 0;

INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', 'CREDIT_BALANCE', claim_id, sub_account, payer_id, cents, before.times)), 'CREDIT_BALANCE', 'claim', claim_id, NULL, NULL,
       claim_id, cents, concat('A/R of ', sub_account, ' stands at ', cents, ' cents'), false, CAST($today AS DATE), $run_id
FROM credit_balance LEFT JOIN closed_before AS before ON before.code = 'CREDIT_BALANCE' AND before.item_id = claim_id
WHERE NOT EXISTS (SELECT 1 FROM posting.open_exception AS open WHERE open.code = 'CREDIT_BALANCE' AND open.claim_id = credit_balance.claim_id AND open.cents = credit_balance.cents);

INSERT OR IGNORE INTO posting.exception_closed
SELECT exception_id, 'posted_later', 'policy', CAST($today AS DATE), $run_id
FROM posting.exception WHERE is_blocking AND item_kind = 'remit_claim' AND remit_claim_id IN (SELECT remit_claim_id FROM posted_in_run);

-- another reason holds the same claim now: the former one is done with
INSERT OR IGNORE INTO posting.exception_closed
SELECT exception_id, 'other_reason_now', 'policy', CAST($today AS DATE), $run_id
FROM posting.exception JOIN suspending USING (remit_claim_id)
WHERE exception.is_blocking AND exception.item_kind = 'remit_claim' AND exception.code <> suspending.code;

INSERT OR IGNORE INTO posting.exception_closed
SELECT exception_id, 'settled_since', 'policy', CAST($today AS DATE), $run_id
FROM posting.exception AS open
WHERE (code = 'CHARGE_MISMATCH' AND EXISTS (
           SELECT 1 FROM remittance.claim AS clp JOIN scrub.claim ON claim.claim_id = open.claim_id
           WHERE clp.remit_claim_id = open.remit_claim_id AND clp.charge_cents = claim.charge_cents)
       OR code IN ('ANSWERED_TWICE', 'DUP_PAYMENT') AND claim_id IN (SELECT claim_id FROM touched)
       AND NOT EXISTS (SELECT 1 FROM paid_twice AS still WHERE still.remit_claim_id = open.remit_claim_id AND still.code = open.code)
       OR code = 'CREDIT_BALANCE' AND NOT EXISTS (SELECT 1 FROM credit_balance AS still WHERE still.claim_id = open.claim_id AND still.cents = open.cents));

INSERT OR IGNORE INTO posting.payment_posted
SELECT payment_id, CAST($today AS DATE), $run_id FROM remittance.payment AS pay
WHERE NOT EXISTS (SELECT 1 FROM posting.payment_posted AS done WHERE done.payment_id = pay.payment_id);
