-- what was decided about every remittance claim, line, adjustment and deposit, and what waits for a person
CREATE SCHEMA IF NOT EXISTS posting;

-- one row per act of posting: a remittance claim posted, held in suspense, released from it, or taken back by a person; never changed
CREATE TABLE IF NOT EXISTS posting.posting_made (
    posting_key    VARCHAR PRIMARY KEY,     -- remit_claim_id:post, :suspend or :release; from the second attempt on with its number behind
    kind           VARCHAR NOT NULL,        -- post, suspend, release, unpost (a person took the match back: posting.unposting)
    payment_id     VARCHAR NOT NULL,
    remit_claim_id VARCHAR NOT NULL,
    claim_id       VARCHAR,                 -- NULL while in suspense
    payer_turn     VARCHAR,                 -- primary, secondary, tertiary; NULL while in suspense, and for an estimate (CLP02 25)
    match_by       VARCHAR,                 -- claim_id, payer_claim_number, composite (member, date, charge, provider), person (posting.resolution)
    generation     INTEGER,                 -- 1 for a payer's first answer to a claim, +1 for each after; NULL where payer_turn is
    reverses       VARCHAR,                 -- posting_key of the posting this negates (CLP02 22, unpost)
    paid_cents     BIGINT NOT NULL,
    adjusted_cents BIGINT NOT NULL,         -- written off or moved by this posting
    posted_on      DATE NOT NULL,
    run_id         VARCHAR NOT NULL,
    attempt        INTEGER DEFAULT 1        -- 1, and +1 whenever a person took the one before back
);

-- one row per remittance line (or claim without lines: remit_line_id is the remit_claim_id) and posting: what became of its money.
-- Written with its posting, whose key holds that it is written once; no index of its own, verified (I18)
CREATE TABLE IF NOT EXISTS posting.line_outcome_made (
    remit_line_id  VARCHAR NOT NULL,
    remit_claim_id VARCHAR NOT NULL,
    posting_key    VARCHAR NOT NULL,
    charge_id      VARCHAR,                 -- NULL: posted at claim level
    outcome        VARCHAR NOT NULL,        -- posted, denied (some or all of it), held, memo (nothing to post)
    match_by       VARCHAR,                 -- line_id, content, claim
    paid_cents     BIGINT NOT NULL,
    posted_on      DATE NOT NULL,
    run_id         VARCHAR NOT NULL
);

-- one row per adjustment of a posted remittance claim: what the policy made of it. Written with its posting too; verified (I18)
CREATE TABLE IF NOT EXISTS posting.decision_made (
    adjustment_id  VARCHAR NOT NULL,
    remit_claim_id VARCHAR NOT NULL,
    remit_line_id  VARCHAR,
    claim_id       VARCHAR NOT NULL,
    charge_id      VARCHAR,
    action         VARCHAR NOT NULL,        -- write_off, transfer, deny, memo, hold
    account        VARCHAR,
    category       VARCHAR NOT NULL,        -- denial or adjustment category
    liability      VARCHAR NOT NULL,        -- payer, patient
    cents          BIGINT NOT NULL,         -- as the payer stated it
    posted_cents   BIGINT NOT NULL,         -- what moved in the ledger (a secondary's 45 moves only what is left), or will (posting.deferred)
    policy_id      VARCHAR NOT NULL,
    policy_version INTEGER NOT NULL,
    rule_id        VARCHAR NOT NULL,
    decided_on     DATE NOT NULL,
    run_id         VARCHAR NOT NULL,
    posting_key    VARCHAR NOT NULL
);

-- one row per adjustment whose rule acts only some days after the payment (delay_days): decided with its claim, its money moves later
CREATE TABLE IF NOT EXISTS posting.deferred (
    adjustment_id VARCHAR NOT NULL,
    posting_key   VARCHAR NOT NULL,         -- the posting it belongs to
    item_id       VARCHAR NOT NULL,         -- remit_line_id, or remit_claim_id at claim level
    txn_kind      VARCHAR NOT NULL,         -- remit_line, remit_claim
    next_turn     VARCHAR NOT NULL,         -- where a transfer goes: secondary, tertiary, patient
    next_payer_id VARCHAR,
    due_on        DATE NOT NULL,            -- earlier when a later payer answers, or the posting is taken back
    decided_on    DATE NOT NULL,
    run_id        VARCHAR NOT NULL,
    PRIMARY KEY (adjustment_id, posting_key)
);

-- one row per thing a person should look at; blocks = money is held until it is resolved
CREATE TABLE IF NOT EXISTS posting.exception (
    exception_id   VARCHAR PRIMARY KEY,     -- of code and item
    code           VARCHAR NOT NULL,        -- posting/exceptions.csv says what each means and who may do what
    item_kind      VARCHAR NOT NULL,        -- payment, remit_claim, remit_line, provider_adjustment, deposit, bank_line
    item_id        VARCHAR NOT NULL,
    payment_id     VARCHAR,
    remit_claim_id VARCHAR,
    claim_id       VARCHAR,
    cents          BIGINT NOT NULL,         -- the money at stake
    evidence       VARCHAR NOT NULL,        -- ids, codes and amounts
    is_blocking    BOOLEAN NOT NULL,
    opened_on      DATE NOT NULL,
    run_id         VARCHAR NOT NULL
);

-- one row per exception that is no longer open
CREATE TABLE IF NOT EXISTS posting.exception_closed (
    exception_id VARCHAR PRIMARY KEY,
    because      VARCHAR NOT NULL,          -- e.g. matched_later, the person's resolution
    actor        VARCHAR NOT NULL,          -- policy or a person
    closed_on    DATE NOT NULL,
    run_id       VARCHAR NOT NULL
);

-- one row per decision of a person about an exception; never changed. Of several about one item the newest of each action counts.
CREATE TABLE IF NOT EXISTS posting.resolution (
    resolution_id  VARCHAR PRIMARY KEY,     -- of the exception and how many decisions came before; rule_id of the entries it makes
    exception_id   VARCHAR NOT NULL,
    action         VARCHAR NOT NULL,        -- match, turn, reverse, decide, post, book, place, acknowledge (posting/exceptions.py)
    target         VARCHAR,                 -- match: claim_id; turn: primary, secondary, tertiary; reverse: remit_claim_id; place: charge_id; book: account
    decision       VARCHAR,                 -- decide: write_off, transfer, deny, memo
    account        VARCHAR,                 -- decide write_off: the account it goes to
    adjustment_id  VARCHAR,                 -- decide: only this adjustment; NULL: every one held
    actor          VARCHAR NOT NULL,        -- the person who decided
    reason         VARCHAR NOT NULL,        -- in the person's words
    decided_on     DATE NOT NULL,
    decided_at     TIMESTAMP NOT NULL,      -- the clock, UTC
    run_id         VARCHAR NOT NULL
);

-- one row per match that a person took back: the remittance claim was not for that claim of ours. Its entries are negated, it waits again
-- and only a person matches it from then on; what people decided about it before counts no more. Never changed.
CREATE TABLE IF NOT EXISTS posting.unposting (
    unposting_id   VARCHAR PRIMARY KEY,     -- of the remittance claim and attempt; rule_id of the entries that negate
    remit_claim_id VARCHAR NOT NULL,
    attempt        INTEGER NOT NULL,        -- how often that was done to it, this time included
    claim_id       VARCHAR NOT NULL,        -- the claim it was matched to
    match_by       VARCHAR NOT NULL,        -- how that was found: see posting.posting_made
    actor          VARCHAR NOT NULL,        -- the person who decided
    reason         VARCHAR NOT NULL,        -- in the person's words
    decided_on     DATE NOT NULL,
    decided_at     TIMESTAMP NOT NULL,      -- the clock, UTC
    run_id         VARCHAR NOT NULL
);

-- one row per act of posting that a person took back, and per act that took it back
CREATE TABLE IF NOT EXISTS posting.taken_back (
    posting_key VARCHAR PRIMARY KEY,
    run_id      VARCHAR NOT NULL
);

-- the acts of posting, line outcomes and decisions that no person took back: what everything else goes by. A list, for they are few,
-- and an anti join here breaks DuckDB 1.5.5 in the plans of some views on these (top_n_window_elimination)
CREATE OR REPLACE VIEW posting.posting AS SELECT * FROM posting.posting_made WHERE NOT list_contains(coalesce((SELECT list(posting_key) FROM posting.taken_back), []), posting_key);
CREATE OR REPLACE VIEW posting.line_outcome AS SELECT * FROM posting.line_outcome_made WHERE NOT list_contains(coalesce((SELECT list(posting_key) FROM posting.taken_back), []), posting_key);
CREATE OR REPLACE VIEW posting.decision AS SELECT * FROM posting.decision_made WHERE NOT list_contains(coalesce((SELECT list(posting_key) FROM posting.taken_back), []), posting_key);

-- what the keys of an attempt after the first carry behind them, such as ':2'; NULL for the first
CREATE OR REPLACE MACRO posting.again(attempt) AS CASE WHEN attempt > 1 THEN ':' || attempt END;

-- one row per line that posted on its claim as a whole and whose charge became known since: its entries were moved there, and what
-- waits for its day (posting.deferred) goes there. Never changed
CREATE TABLE IF NOT EXISTS posting.line_charge (
    remit_line_id VARCHAR NOT NULL,
    posting_key   VARCHAR NOT NULL,         -- the posting it belongs to
    charge_id     VARCHAR NOT NULL,
    resolution_id VARCHAR,                  -- of the person who named it; NULL: the line itself says it
    placed_on     DATE NOT NULL,
    run_id        VARCHAR NOT NULL,
    PRIMARY KEY (remit_line_id, posting_key)
);

-- one row per act on a provider-level adjustment (PLB)
CREATE TABLE IF NOT EXISTS posting.provider_adjustment_outcome (
    plb_id    VARCHAR NOT NULL,
    kind      VARCHAR NOT NULL,             -- post, suspend (unknown code, or a foreign payee), release
    posted_on DATE NOT NULL,
    run_id    VARCHAR NOT NULL,
    PRIMARY KEY (plb_id, kind)
);

-- one row per payment all of whose claims and provider adjustments are in the ledger, posted or in suspense
CREATE TABLE IF NOT EXISTS posting.payment_posted (
    payment_id VARCHAR PRIMARY KEY,
    posted_on  DATE NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per deposit and a payment it is tied to: nearly always one to one; several where they come out exactly
CREATE TABLE IF NOT EXISTS posting.deposit_match (
    deposit_id VARCHAR NOT NULL,
    payment_id VARCHAR NOT NULL,
    matched_on DATE NOT NULL,
    run_id     VARCHAR NOT NULL,
    PRIMARY KEY (deposit_id, payment_id)
);

-- one row per deferred adjustment whose money has not moved, with the posting that took back what it belongs to, if any
CREATE OR REPLACE VIEW posting.open_deferred AS
SELECT deferred.*, concat('remit:', adjustment_id, posting.again(posted.attempt), ':deferred') AS txn_key, decision.remit_claim_id, decision.claim_id,
       coalesce(decision.charge_id, placed.charge_id) AS charge_id, decision.action, decision.account, decision.posted_cents, decision.policy_id,
       decision.policy_version, decision.rule_id, posted.payment_id, posted.payer_turn, later.posting_key AS reversal_key
FROM posting.deferred
JOIN posting.decision USING (adjustment_id, posting_key)
JOIN posting.posting AS posted USING (posting_key)
LEFT JOIN posting.line_charge AS placed ON placed.remit_line_id = deferred.item_id AND placed.posting_key = deferred.posting_key
LEFT JOIN posting.posting AS later ON later.reverses = posted.posting_key
WHERE NOT EXISTS (SELECT 1 FROM ledger.txn AS moved WHERE moved.txn_key = concat('remit:', deferred.adjustment_id, posting.again(posted.attempt), ':deferred'));

-- one row per open exception
CREATE OR REPLACE VIEW posting.open_exception AS
SELECT * FROM posting.exception ANTI JOIN posting.exception_closed USING (exception_id);

-- one row per deposit the bank took back from a payment it had cleared
CREATE TABLE IF NOT EXISTS posting.bank_return_posted (
    line_id    VARCHAR PRIMARY KEY,         -- of remittance.bank_line
    payment_id VARCHAR NOT NULL,
    cents      BIGINT NOT NULL,             -- taken back
    posted_on  DATE NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per deposit tied to a payment, with the part of its cents that is for this payment
CREATE OR REPLACE VIEW posting.deposit_part AS
SELECT deposit_id, payment_id, matched_on, least(deposit.cents, pay.paid_cents) AS cents
FROM posting.deposit_match JOIN remittance.deposit USING (deposit_id) JOIN remittance.payment AS pay USING (payment_id);

-- the fourth business day after a day: Monday to Friday without the bank holidays (CORE 370: late after it)
CREATE OR REPLACE MACRO posting.fourth_business_day(from_day) AS (
    SELECT list_sort(list(from_day + CAST(n AS INTEGER)))[4] FROM range(1, 15) AS ahead(n)
    WHERE dayofweek(from_day + CAST(n AS INTEGER)) BETWEEN 1 AND 5 AND from_day + CAST(n AS INTEGER) NOT IN (SELECT holiday_on FROM codes.bank_holiday)
);

-- one row per deposit and the day we learned of it
CREATE OR REPLACE VIEW posting.seen_deposit AS
SELECT deposit.*, coalesce(file.landed_on, deposited_on) AS seen_on
FROM remittance.current_deposit AS deposit LEFT JOIN transport.file AS file ON file.file_id = deposit.file_id;

-- one row per payment with what the bank has of it at the end of as_of. state: matched; returned (the bank took it back); unequal (a
-- deposit with its trace number and another amount: difference_cents); ambiguous (a deposit fits it and another payment alike);
-- not_needed (nothing is to be paid); not_ours (paid to somebody else); late (no money by due_on); waiting
CREATE OR REPLACE MACRO posting.payment_reassociation(as_of) AS TABLE
WITH tied AS (
    SELECT payment_id, count(*) AS deposits, sum(cents) AS cents FROM posting.deposit_part WHERE matched_on <= as_of GROUP BY payment_id
), taken AS (
    SELECT payment_id, sum(cents) AS cents FROM posting.bank_return_posted WHERE posted_on <= as_of GROUP BY payment_id
), untied AS (
    SELECT pay.payment_id, count(*) AS deposits, sum(deposit.cents) AS cents
    FROM remittance.payment AS pay
    JOIN posting.seen_deposit AS deposit ON trim(deposit.trace_number) = pay.trn02 AND coalesce(trim(deposit.originator) = pay.trn03, true)
    WHERE deposit.seen_on <= as_of AND deposit.deposit_id NOT IN (SELECT deposit_id FROM posting.deposit_match WHERE matched_on <= as_of)
    GROUP BY pay.payment_id
), summed AS (
    SELECT pay.*, coalesce(tied.deposits, 0) AS deposits, coalesce(tied.cents, 0) AS tied_cents, coalesce(taken.cents, 0) AS returned_cents,
           untied.cents AS untied_cents, posting.fourth_business_day(effective_on) AS due_on
    FROM remittance.current_payment AS pay LEFT JOIN tied USING (payment_id) LEFT JOIN taken USING (payment_id) LEFT JOIN untied USING (payment_id)
    WHERE received_on <= as_of
)
SELECT payment_id, payer_id, trn02, trn03, method, effective_on, due_on, paid_cents, deposits, CAST(tied_cents AS BIGINT) AS tied_cents,
       CAST(returned_cents AS BIGINT) AS returned_cents, CAST(CASE WHEN state = 'unequal' THEN untied_cents - paid_cents ELSE 0 END AS BIGINT) AS difference_cents, state
FROM (
    SELECT *, CASE WHEN returned_cents > 0 THEN 'returned' WHEN tied_cents > 0 THEN 'matched' WHEN untied_cents = paid_cents THEN 'ambiguous'
                   WHEN untied_cents IS NOT NULL THEN 'unequal' WHEN paid_cents <= 0 THEN 'not_needed' WHEN NOT is_our_payee THEN 'not_ours'
                   WHEN due_on < as_of THEN 'late' ELSE 'waiting' END AS state
    FROM summed
);

-- one row per deposit with the remittances it pays at the end of as_of. state: matched; unequal or ambiguous (see above); paid_twice (a
-- payment of its trace number that another deposit paid); unnamed (the bank names no trace number); remittance_missing (no 835 by due_on); waiting
CREATE OR REPLACE MACRO posting.deposit_reassociation(as_of) AS TABLE
WITH tied AS (
    SELECT deposit_id, count(*) AS payments, sum(cents) AS cents FROM posting.deposit_part WHERE matched_on <= as_of GROUP BY deposit_id
), named AS (
    SELECT deposit.deposit_id, bool_or(pay.state IN ('unequal', 'ambiguous')) AS is_open, bool_or(pay.state = 'ambiguous') AS is_ambiguous, sum(pay.paid_cents) AS paid_cents
    FROM remittance.current_deposit AS deposit
    JOIN posting.payment_reassociation(as_of) AS pay ON pay.trn02 = trim(deposit.trace_number) AND coalesce(pay.trn03 = trim(deposit.originator), true)
    GROUP BY deposit.deposit_id
)
SELECT deposit.deposit_id, deposit.deposited_on, deposit.trace_number, deposit.originator, deposit.cents, coalesce(tied.payments, 0) AS payments,
       posting.fourth_business_day(deposited_on) AS due_on,
       CASE WHEN tied.deposit_id IS NOT NULL THEN 'matched' WHEN named.is_ambiguous THEN 'ambiguous' WHEN named.is_open THEN 'unequal'
            WHEN named.deposit_id IS NOT NULL THEN 'paid_twice' WHEN trim(deposit.trace_number) = '' THEN 'unnamed'
            WHEN posting.fourth_business_day(deposited_on) < as_of THEN 'remittance_missing' ELSE 'waiting' END AS state
FROM posting.seen_deposit AS deposit LEFT JOIN tied USING (deposit_id) LEFT JOIN named USING (deposit_id)
WHERE deposit.seen_on <= as_of;

-- one row per posted payment with cents in CASH_CLEARING, or that should have some. reason: awaiting_deposit, deposit_unequal,
-- deposit_ambiguous, deposit_returned, payee_not_ours; NULL: no reason explains exactly this residue
CREATE OR REPLACE VIEW posting.cash_residue AS
WITH clearing AS (
    SELECT payment_id, sum(cents) AS cents FROM ledger.entry WHERE account = 'CASH_CLEARING' AND payment_id IS NOT NULL GROUP BY payment_id
)
SELECT pay.payment_id, trn02, trn03, payer_id, CAST(coalesce(clearing.cents, 0) AS BIGINT) AS residue_cents,
       CASE WHEN coalesce(clearing.cents, 0) = paid_cents - tied_cents + returned_cents
            THEN CASE WHEN paid_cents < 0 THEN 'paid_below_zero' ELSE CASE state WHEN 'late' THEN 'awaiting_deposit' WHEN 'waiting' THEN 'awaiting_deposit' WHEN 'unequal' THEN 'deposit_unequal'
                            WHEN 'ambiguous' THEN 'deposit_ambiguous' WHEN 'returned' THEN 'deposit_returned' WHEN 'not_ours' THEN 'payee_not_ours' END END
       END AS reason
FROM posting.payment_reassociation(DATE '9999-01-01') AS pay
JOIN posting.payment_posted USING (payment_id)
LEFT JOIN clearing USING (payment_id)
WHERE coalesce(clearing.cents, 0) <> 0 OR paid_cents - tied_cents + returned_cents <> 0;

-- one row per provider adjustment that speaks of a claim (WO, 72, L6), with the remittance claim it names: by the payer's claim
-- number or ours in its reference, alone or with a date, the other number or the trace number behind it (RFI 2370). Of several
-- answers to the claim a reversal comes first, and the newest not after the adjustment.
CREATE OR REPLACE VIEW posting.provider_adjustment_claim AS
WITH plb AS (
    SELECT plb.plb_id, plb.payment_id, trn03, trn02, reason_code, nullif(trim(reference), '') AS reference, cents, effective_on
    FROM remittance.provider_adjustment AS plb JOIN remittance.payment USING (payment_id)
    WHERE reason_code IN ('WO', '72', 'L6')
), named AS (
    SELECT trn03, payer_claim_number AS name, clp01 AS other, 'payer_claim_number' AS match_by, remit_claim_id, payment_id, status, effective_on
    FROM remittance.claim JOIN remittance.payment USING (payment_id) WHERE payer_claim_number <> ''
    UNION ALL
    SELECT trn03, clp01, payer_claim_number, 'claim_id', remit_claim_id, payment_id, status, effective_on
    FROM remittance.claim JOIN remittance.payment USING (payment_id) WHERE clp01 NOT IN ('', '0')
), part AS (
    -- what a reference may begin with: as many pieces as there are lengths of names
    SELECT plb.*, size, left(reference, size) AS name, substr(reference, size + 1) AS rest
    FROM plb CROSS JOIN (SELECT DISTINCT length(name) AS size FROM named) AS sizes WHERE size <= length(reference)
), found AS (
    SELECT part.plb_id, named.remit_claim_id, named.match_by
    FROM part JOIN named ON named.trn03 = part.trn03 AND named.name = part.name
    WHERE regexp_full_match(replace(replace(rest, coalesce(nullif(named.other, ''), ' '), ''), trn02, ''), '[ /-]*([0-9]{6}|[0-9]{8})?[ /-]*')
    QUALIFY row_number() OVER (PARTITION BY part.plb_id ORDER BY size DESC, named.effective_on <= part.effective_on DESC, named.status = '22' DESC,
                               named.payment_id = part.payment_id DESC, named.effective_on DESC, named.match_by DESC, named.remit_claim_id DESC) = 1
)
SELECT plb.plb_id, plb.payment_id, plb.reason_code, plb.reference, plb.cents, found.match_by, found.remit_claim_id, clp.payer_claim_number,
       coalesce(posted.claim_id, ours.claim_id) AS claim_id, clp.status = '22' AS is_reversal
FROM plb
LEFT JOIN found USING (plb_id)
LEFT JOIN remittance.claim AS clp USING (remit_claim_id)
LEFT JOIN (SELECT DISTINCT remit_claim_id, claim_id FROM posting.posting WHERE claim_id IS NOT NULL) AS posted USING (remit_claim_id)
LEFT JOIN scrub.claim AS ours ON ours.claim_id = clp.clp01;

-- one row per amount a payer carries from one payment to another: FB a balance, WO an overpayment to be taken, AP an advance; its two
-- halves paired by reference across remittances. open_cents is what the payer still means to take. state: paired; open; taken_unannounced
-- (more was taken than announced). A 72 (our refund acknowledged) of the same claim counts as announced.
CREATE OR REPLACE VIEW posting.carried_balance AS
WITH half AS (
    SELECT plb.plb_id, trn03, trn02, effective_on, plb.reason_code, plb.cents,
           coalesce(CASE WHEN plb.reason_code IN ('WO', '72') THEN of_claim.payer_claim_number END, nullif(trim(plb.reference), ''),
                    CASE WHEN plb.cents < 0 THEN trn02 END, plb.plb_id) AS reference
    FROM remittance.provider_adjustment AS plb
    JOIN remittance.payment AS pay ON pay.payment_id = plb.payment_id
    LEFT JOIN posting.provider_adjustment_claim AS of_claim ON of_claim.plb_id = plb.plb_id
    WHERE plb.reason_code IN ('FB', 'WO', 'AP', '72') AND pay.is_our_payee
), carried_out AS (
    -- the trace number of the payment a balance was carried out of names it as well as its own reference does
    SELECT trn03, trn02, min(reference) AS reference FROM half WHERE reason_code = 'FB' AND cents < 0
    GROUP BY trn03, trn02 HAVING count(DISTINCT reference) = 1
), keyed AS (
    SELECT half.* EXCLUDE (reference), CASE WHEN half.reason_code = '72' THEN 'WO' ELSE half.reason_code END AS kind,
           CASE WHEN half.reason_code = 'FB' AND half.cents > 0 AND NOT EXISTS (
                    SELECT 1 FROM half AS exact WHERE exact.reason_code = 'FB' AND exact.cents < 0 AND exact.trn03 = half.trn03 AND exact.reference = half.reference)
                THEN coalesce(carried_out.reference, half.reference) ELSE half.reference END AS reference
    FROM half LEFT JOIN carried_out ON carried_out.trn03 = half.trn03 AND carried_out.trn02 = half.reference
)
SELECT kind AS reason_code, trn03, reference, announced_cents, acknowledged_cents, taken_cents,
       announced_cents + acknowledged_cents - taken_cents AS open_cents,
       CASE WHEN announced_cents + acknowledged_cents = taken_cents THEN 'paired' WHEN announced_cents + acknowledged_cents > taken_cents THEN 'open'
            ELSE 'taken_unannounced' END AS state, first_on, last_on, plb_ids
FROM (
    SELECT kind, trn03, reference, CAST(coalesce(-sum(cents) FILTER (cents < 0 AND reason_code <> '72'), 0) AS BIGINT) AS announced_cents,
           CAST(coalesce(-sum(cents) FILTER (reason_code = '72'), 0) AS BIGINT) AS acknowledged_cents,
           CAST(coalesce(sum(cents) FILTER (cents > 0 AND reason_code <> '72'), 0) AS BIGINT) AS taken_cents,
           min(effective_on) AS first_on, max(effective_on) AS last_on, list(plb_id ORDER BY effective_on, plb_id) AS plb_ids
    FROM keyed GROUP BY kind, trn03, reference
);

-- one row per remittance claim that states interest (AMT*I), which is a memo and never posted. state: paid_in_plb (an L6 of the
-- claim, or all L6 of the payment, come to it: that is what was posted); paid_in_claim (it is in the claim's payment, CAS 225);
-- differs (an L6 of the claim says another amount); memo_only (nothing pays it)
CREATE OR REPLACE VIEW posting.claim_interest AS
WITH stated AS (
    SELECT remit_claim_id, payment_id, clp01, interest_cents, sum(interest_cents) OVER (PARTITION BY payment_id) AS payment_interest_cents
    FROM remittance.claim WHERE interest_cents <> 0
), of_claim AS (
    SELECT remit_claim_id, payment_id, -sum(cents) AS cents FROM posting.provider_adjustment_claim WHERE reason_code = 'L6' AND remit_claim_id IS NOT NULL GROUP BY ALL
), of_payment AS (
    SELECT payment_id, -sum(cents) AS cents FROM remittance.provider_adjustment WHERE reason_code = 'L6' GROUP BY payment_id
), in_claim AS (
    SELECT remit_claim_id, -sum(cents) AS cents FROM remittance.adjustment WHERE carc = '225' GROUP BY remit_claim_id
)
SELECT stated.remit_claim_id, stated.payment_id, stated.clp01, stated.interest_cents,
       CASE WHEN of_claim.cents = interest_cents OR of_payment.cents = payment_interest_cents THEN 'paid_in_plb'
            WHEN in_claim.cents = interest_cents THEN 'paid_in_claim' WHEN of_claim.cents IS NOT NULL THEN 'differs' ELSE 'memo_only' END AS state
FROM stated
LEFT JOIN of_claim USING (remit_claim_id, payment_id)
LEFT JOIN of_payment USING (payment_id)
LEFT JOIN in_claim USING (remit_claim_id);

-- one row per thing counted of what payers sent, and whether it posted with no person: a line (a claim without lines is one), a claim, a
-- payment with claims, and the cents a line moves. total and posted are what it counts for; posted is 0 while something of it waits, and
-- where a person had to decide on it. This is what "auto-posted" means, everywhere.
CREATE OR REPLACE VIEW posting.auto_post AS
WITH decided AS (
    SELECT remit_claim_id, payment_id FROM posting.exception JOIN posting.exception_closed AS closed USING (exception_id)
    WHERE is_blocking AND closed.actor <> 'policy'
), line AS (
    SELECT outcome.remit_line_id, outcome.remit_claim_id, any_value(clp.payment_id) AS payment_id, max(abs(outcome.paid_cents)) AS cents,
           bool_or(outcome.outcome <> 'held') AND any_value(touched.remit_claim_id) IS NULL AS is_auto
    FROM posting.line_outcome AS outcome
    JOIN remittance.claim AS clp USING (remit_claim_id)
    LEFT JOIN (SELECT DISTINCT remit_claim_id FROM decided WHERE remit_claim_id IS NOT NULL) AS touched USING (remit_claim_id)
    GROUP BY ALL
), payment AS (
    -- its provider adjustments are part of it
    SELECT payment_id, bool_and(is_auto) AS is_auto FROM (
        SELECT payment_id, is_auto FROM line
        UNION ALL SELECT payment_id, false FROM decided
        UNION ALL SELECT payment_id, false FROM remittance.provider_adjustment
                  WHERE plb_id NOT IN (SELECT plb_id FROM posting.provider_adjustment_outcome WHERE kind IN ('post', 'release')))
    WHERE payment_id IN (SELECT payment_id FROM line) GROUP BY payment_id
)
SELECT counted, payment_id, total, CASE WHEN is_auto THEN total ELSE 0 END AS posted
FROM (
    SELECT 'lines' AS counted, payment_id, 1 AS total, is_auto FROM line
    UNION ALL SELECT 'claims', payment_id, 1, bool_and(is_auto) FROM line GROUP BY remit_claim_id, payment_id
    UNION ALL SELECT 'payments', payment_id, 1, is_auto FROM payment
    UNION ALL SELECT 'cents', payment_id, cents, is_auto FROM line
);
