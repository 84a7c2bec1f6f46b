-- months that were closed, with the figures as they stood, and what was reopened
CREATE SCHEMA IF NOT EXISTS closing;

-- one row per closing of a month; never changed. What the ledger knew then is its batches up to batch_no.
CREATE TABLE IF NOT EXISTS closing.period (
    close_id       VARCHAR PRIMARY KEY,   -- month and edition, such as 2026-10/1
    month          VARCHAR NOT NULL,      -- YYYY-MM
    edition        INTEGER NOT NULL,      -- 1, and one more each time the month is closed again after a reopening
    first_on       DATE NOT NULL,
    last_on        DATE NOT NULL,
    after_close_id VARCHAR,               -- the closing of the month before, whose balances it opens with; NULL: the first one
    batch_no       BIGINT NOT NULL,       -- the last batch of the ledger in these figures
    chain_seq      BIGINT NOT NULL,       -- the last link of warehouse.chain before it
    chain_hash     VARCHAR NOT NULL,
    actor          VARCHAR NOT NULL,      -- the person who closed it
    person_name    VARCHAR NOT NULL,      -- as people.yaml
    person_title   VARCHAR NOT NULL,      -- and practice.yaml
    practice_name  VARCHAR NOT NULL,      -- said then: the close report is printed from them
    closed_on      DATE NOT NULL,
    closed_at      TIMESTAMP NOT NULL,    -- the clock, UTC
    run_id         VARCHAR NOT NULL
);

-- one row per closing that a person took back; never changed
CREATE TABLE IF NOT EXISTS closing.reopening (
    close_id    VARCHAR PRIMARY KEY,
    actor       VARCHAR NOT NULL,
    reason      VARCHAR NOT NULL,         -- in the person's words
    reopened_on DATE NOT NULL,
    reopened_at TIMESTAMP NOT NULL,       -- the clock, UTC
    run_id      VARCHAR NOT NULL
);

-- one row per closing, practice and responsible party: the A/R roll-forward, each column signed as it changes A/R; never changed.
-- opening + late + charges + responsibility + payments + contractual + write_offs + transfers = closing
CREATE TABLE IF NOT EXISTS closing.roll_forward (
    close_id             VARCHAR NOT NULL,
    practice_id          VARCHAR NOT NULL,
    party                VARCHAR NOT NULL,   -- primary, secondary, tertiary, patient, collections
    opening_cents        BIGINT NOT NULL,    -- what the closing before it closed with
    late_cents           BIGINT NOT NULL,    -- posted into months closed before, after they were closed
    charges_cents        BIGINT NOT NULL,
    responsibility_cents BIGINT NOT NULL,    -- charges moved to the party they should have been posted to; zero over all parties
    payments_cents       BIGINT NOT NULL,
    contractual_cents    BIGINT NOT NULL,
    write_offs_cents     BIGINT NOT NULL,
    transfers_cents      BIGINT NOT NULL,    -- from party to party; zero over all parties
    closing_cents        BIGINT NOT NULL,
    PRIMARY KEY (close_id, practice_id, party)
);

-- one row per closing, practice, account and sub-account: opening + late + debit + credit = closing, debits positive; never changed
CREATE TABLE IF NOT EXISTS closing.trial_balance (
    close_id      VARCHAR NOT NULL,
    practice_id   VARCHAR NOT NULL,
    account       VARCHAR NOT NULL,
    sub_account   VARCHAR NOT NULL,
    opening_cents BIGINT NOT NULL,
    late_cents    BIGINT NOT NULL,
    debit_cents   BIGINT NOT NULL,
    credit_cents  BIGINT NOT NULL,           -- negative
    closing_cents BIGINT NOT NULL,
    PRIMARY KEY (close_id, practice_id, account, sub_account)
);

-- one row per closing in force
CREATE OR REPLACE VIEW closing.closed AS
SELECT * FROM closing.period ANTI JOIN closing.reopening USING (close_id);

-- what an entry of A/R is in the roll-forward; NULL for a kind nobody placed (the same as the seed entry_kind of the marts)
CREATE OR REPLACE MACRO closing.movement(entry_kind) AS CASE
    WHEN entry_kind IN ('charge', 'responsibility', 'contractual', 'transfer') THEN entry_kind
    WHEN entry_kind IN ('payment', 'takeback', 'refund') THEN 'payment'
    WHEN entry_kind IN ('denial_wo', 'bad_debt', 'charity', 'small_bal') THEN 'write_off' END;

-- one row per closing and what a batch posted on a day to an account up to its end, as the ledger says it today: part is opening (before
-- the month), late (before the month, in batches later than the closing before), or month
CREATE OR REPLACE VIEW closing.posted AS
SELECT period.close_id, day.*,
       CASE WHEN day.posted_on >= period.first_on THEN 'month' WHEN day.batch_no > before.batch_no THEN 'late' ELSE 'opening' END AS part
FROM closing.period
LEFT JOIN closing.period AS before ON before.close_id = period.after_close_id
JOIN (
    SELECT practice_id, account, sub_account, entry_kind, posted_on, batch_no, sum(cents) AS cents, sum(greatest(cents, 0)) AS debit_cents
    FROM ledger.entry GROUP BY ALL
) AS day ON day.posted_on <= period.last_on AND day.batch_no <= period.batch_no;

-- the figures of every closing as the ledger says them today: what is frozen when a month is closed, and held against it ever after
CREATE OR REPLACE VIEW closing.roll_forward_now AS
SELECT close_id, practice_id, sub_account AS party,
       CAST(coalesce(sum(cents) FILTER (part = 'opening'), 0) AS BIGINT) AS opening_cents,
       CAST(coalesce(sum(cents) FILTER (part = 'late'), 0) AS BIGINT) AS late_cents,
       CAST(coalesce(sum(cents) FILTER (part = 'month' AND closing.movement(entry_kind) = 'charge'), 0) AS BIGINT) AS charges_cents,
       CAST(coalesce(sum(cents) FILTER (part = 'month' AND closing.movement(entry_kind) = 'responsibility'), 0) AS BIGINT) AS responsibility_cents,
       CAST(coalesce(sum(cents) FILTER (part = 'month' AND closing.movement(entry_kind) = 'payment'), 0) AS BIGINT) AS payments_cents,
       CAST(coalesce(sum(cents) FILTER (part = 'month' AND closing.movement(entry_kind) = 'contractual'), 0) AS BIGINT) AS contractual_cents,
       CAST(coalesce(sum(cents) FILTER (part = 'month' AND closing.movement(entry_kind) = 'write_off'), 0) AS BIGINT) AS write_offs_cents,
       CAST(coalesce(sum(cents) FILTER (part = 'month' AND closing.movement(entry_kind) = 'transfer'), 0) AS BIGINT) AS transfers_cents,
       CAST(sum(cents) AS BIGINT) AS closing_cents
FROM closing.posted WHERE account = 'AR'
GROUP BY close_id, practice_id, sub_account;

CREATE OR REPLACE VIEW closing.trial_balance_now AS
SELECT close_id, practice_id, account, sub_account,
       CAST(coalesce(sum(cents) FILTER (part = 'opening'), 0) AS BIGINT) AS opening_cents,
       CAST(coalesce(sum(cents) FILTER (part = 'late'), 0) AS BIGINT) AS late_cents,
       CAST(coalesce(sum(debit_cents) FILTER (part = 'month'), 0) AS BIGINT) AS debit_cents,
       CAST(coalesce(sum(cents - debit_cents) FILTER (part = 'month'), 0) AS BIGINT) AS credit_cents,
       CAST(sum(cents) AS BIGINT) AS closing_cents
FROM closing.posted
GROUP BY close_id, practice_id, account, sub_account;

-- one row per transaction posted into a closed month after it was closed (for the first closing, into any month up to it); taken_up_in: the
-- later closing that has it as late, NULL: none yet
CREATE OR REPLACE VIEW closing.late_txn AS
SELECT closed.close_id, txn_id, any_value(txn.txn_kind) AS txn_kind, any_value(txn.actor) AS actor, entry.posted_on, any_value(entry.recorded_at) AS recorded_at,
       entry.batch_no, count(*) AS entries, CAST(coalesce(sum(cents) FILTER (account = 'AR'), 0) AS BIGINT) AS ar_cents,
       (SELECT arg_min(later.close_id, later.last_on) FROM closing.closed AS later WHERE later.last_on > closed.last_on AND later.batch_no >= entry.batch_no) AS taken_up_in
FROM closing.closed
-- the batches first, which are few: a batch is posted on one day
JOIN ledger.batch ON batch.batch_no > closed.batch_no AND batch.posted_on <= closed.last_on
    AND (closed.after_close_id IS NULL OR batch.posted_on >= closed.first_on)
JOIN ledger.entry ON entry.batch_no = batch.batch_no
JOIN ledger.txn USING (txn_id)
GROUP BY closed.close_id, closed.last_on, txn_id, entry.posted_on, entry.batch_no;

-- one row per closing or reopening: what the link of warehouse.chain that made it is sealed with
CREATE OR REPLACE VIEW closing.seal AS
SELECT close_id, 'close' AS act, concat('close ', close_id, ' ', sha256(concat_ws('|', close_id, month, edition, first_on, last_on, coalesce(after_close_id, ''), batch_no, chain_seq,
       chain_hash, actor, person_name, person_title, practice_name, closed_on, closed_at, run_id, coalesce(rolled, ''), coalesce(balances, '')))) AS seal
FROM closing.period
LEFT JOIN (
    SELECT close_id, string_agg(concat_ws('|', practice_id, party, opening_cents, late_cents, charges_cents, responsibility_cents, payments_cents, contractual_cents,
           write_offs_cents, transfers_cents, closing_cents), '~' ORDER BY practice_id, party) AS rolled
    FROM closing.roll_forward GROUP BY close_id
) USING (close_id)
LEFT JOIN (
    SELECT close_id, string_agg(concat_ws('|', practice_id, account, sub_account, opening_cents, late_cents, debit_cents, credit_cents, closing_cents), '~'
           ORDER BY practice_id, account, sub_account) AS balances
    FROM closing.trial_balance GROUP BY close_id
) USING (close_id)
UNION ALL
SELECT close_id, 'reopen', concat('reopen ', close_id, ' ', sha256(concat_ws('|', close_id, actor, reason, reopened_on, reopened_at, run_id)))
FROM closing.reopening;
