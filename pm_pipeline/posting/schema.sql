-- what was decided about every remittance claim, line, adjustment and deposit, and what waits for a person
CREATE SCHEMA IF NOT EXISTS posting;

-- one row per act of posting: a remittance claim posted, held in suspense, or released from it; never changed
CREATE TABLE IF NOT EXISTS posting.posting (
    posting_key    VARCHAR PRIMARY KEY,     -- remit_claim_id:post, :suspend or :release
    kind           VARCHAR NOT NULL,        -- post, suspend, release
    payment_id     VARCHAR NOT NULL,
    remit_claim_id VARCHAR NOT NULL,
    claim_id       VARCHAR,                 -- NULL while in suspense
    payer_turn     VARCHAR,                 -- primary, secondary, tertiary; NULL while in suspense, and for an estimate (CLP02 25)
    match_by       VARCHAR,                 -- claim_id, payer_claim_number, composite (member, date, charge, provider), person (posting.resolution)
    generation     INTEGER,                 -- 1 for a payer's first answer to a claim, +1 for each after; NULL where payer_turn is
    reverses       VARCHAR,                 -- posting_key of the posting this negates (CLP02 22)
    paid_cents     BIGINT NOT NULL,
    adjusted_cents BIGINT NOT NULL,         -- written off or moved by this posting
    posted_on      DATE NOT NULL,
    run_id         VARCHAR NOT NULL
);

-- one row per remittance line (or claim without lines: remit_line_id is the remit_claim_id) and what became of its money
CREATE TABLE IF NOT EXISTS posting.line_outcome (
    remit_line_id  VARCHAR NOT NULL,
    remit_claim_id VARCHAR NOT NULL,
    posting_key    VARCHAR NOT NULL,
    charge_id      VARCHAR,                 -- NULL: posted at claim level
    outcome        VARCHAR NOT NULL,        -- posted, denied (some or all of it), held, memo (nothing to post)
    match_by       VARCHAR,                 -- line_id, content, claim
    paid_cents     BIGINT NOT NULL,
    posted_on      DATE NOT NULL,
    run_id         VARCHAR NOT NULL,
    PRIMARY KEY (remit_line_id, posting_key)
);

-- one row per adjustment of a posted remittance claim: what the policy made of it
CREATE TABLE IF NOT EXISTS posting.decision (
    adjustment_id  VARCHAR PRIMARY KEY,
    remit_claim_id VARCHAR NOT NULL,
    remit_line_id  VARCHAR,
    claim_id       VARCHAR NOT NULL,
    charge_id      VARCHAR,
    action         VARCHAR NOT NULL,        -- write_off, transfer, deny, memo, hold
    account        VARCHAR,
    category       VARCHAR NOT NULL,        -- denial or adjustment category
    liability      VARCHAR NOT NULL,        -- payer, patient
    cents          BIGINT NOT NULL,         -- as the payer stated it
    posted_cents   BIGINT NOT NULL,         -- what moved in the ledger (a secondary's 45 moves only what is left)
    policy_id      VARCHAR NOT NULL,
    policy_version INTEGER NOT NULL,
    rule_id        VARCHAR NOT NULL,
    decided_on     DATE NOT NULL,
    run_id         VARCHAR NOT NULL
);

-- one row per thing a person should look at; blocks = money is held until it is resolved
CREATE TABLE IF NOT EXISTS posting.exception (
    exception_id   VARCHAR PRIMARY KEY,     -- of code and item
    code           VARCHAR NOT NULL,        -- posting/exceptions.csv says what each means and who may do what
    item_kind      VARCHAR NOT NULL,        -- payment, remit_claim, remit_line, provider_adjustment, deposit
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
    action         VARCHAR NOT NULL,        -- match, turn, reverse, decide, post, place, acknowledge (posting/exceptions.py)
    target         VARCHAR,                 -- match: claim_id; turn: primary, secondary, tertiary; reverse: remit_claim_id; place: charge_id
    decision       VARCHAR,                 -- decide: write_off, transfer, deny, memo
    account        VARCHAR,                 -- decide write_off: the account it goes to
    adjustment_id  VARCHAR,                 -- decide: only this adjustment; NULL: every one held
    actor          VARCHAR NOT NULL,        -- the person who decided
    reason         VARCHAR NOT NULL,        -- in the person's words
    decided_on     DATE NOT NULL,
    decided_at     TIMESTAMP NOT NULL,      -- the clock, UTC
    run_id         VARCHAR NOT NULL
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

-- one row per deposit tied to a payment
CREATE TABLE IF NOT EXISTS posting.deposit_match (
    deposit_id VARCHAR PRIMARY KEY,
    payment_id VARCHAR NOT NULL UNIQUE,
    matched_on DATE NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per open exception
CREATE OR REPLACE VIEW posting.open_exception AS
SELECT * FROM posting.exception ANTI JOIN posting.exception_closed USING (exception_id);
