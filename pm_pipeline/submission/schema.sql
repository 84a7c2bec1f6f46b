-- outbound interchanges, their control numbers, what claims they carry, and the upload's own states
CREATE SCHEMA IF NOT EXISTS submission;

-- one row per outbound interchange (ISA); written in the transaction that allocates its numbers
CREATE TABLE IF NOT EXISTS submission.interchange (
    isa13        BIGINT PRIMARY KEY,
    gs06         BIGINT NOT NULL UNIQUE,
    partner_id   VARCHAR NOT NULL,
    batch_on     DATE NOT NULL,
    file_id      VARCHAR NOT NULL,
    remote_name  VARCHAR NOT NULL,
    bytes        BIGINT NOT NULL,
    sets         INTEGER NOT NULL,
    claims       INTEGER NOT NULL,
    charge_cents BIGINT NOT NULL,
    prepared_at  TIMESTAMP NOT NULL,
    run_id       VARCHAR NOT NULL
);

-- one row per outbound transaction set (ST); st02 is never used twice
CREATE TABLE IF NOT EXISTS submission.transaction_set (
    st02             BIGINT PRIMARY KEY,
    isa13            BIGINT NOT NULL,
    reference        VARCHAR NOT NULL UNIQUE,   -- BHT03: what a 277CA names the batch by
    claims           INTEGER NOT NULL,
    first_segment_no BIGINT NOT NULL,
    last_segment_no  BIGINT NOT NULL
);

-- one row per claim and version sent (or frozen to be sent)
CREATE TABLE IF NOT EXISTS submission.batch_claim (
    claim_id             VARCHAR NOT NULL,
    version              INTEGER NOT NULL,       -- counts submissions, from 1
    isa13                BIGINT NOT NULL,
    st02                 BIGINT NOT NULL,
    payer_id             VARCHAR NOT NULL,
    frequency            VARCHAR NOT NULL,       -- CLM05-3: 1 original, 7 replacement, 8 void
    payer_claim_number   VARCHAR,                -- REF*F8, with 7 and 8
    content_hash         VARCHAR NOT NULL,
    charge_cents         BIGINT NOT NULL,
    first_segment_no     BIGINT NOT NULL,        -- its HL: every claim has a subscriber loop of its own
    last_segment_no      BIGINT NOT NULL,
    batch_on             DATE NOT NULL,
    run_id               VARCHAR NOT NULL,
    PRIMARY KEY (claim_id, version)
);

-- one row per state an upload has been in; the last is its state
CREATE TABLE IF NOT EXISTS submission.upload_event (
    isa13       BIGINT NOT NULL,
    seq         INTEGER NOT NULL,
    state       VARCHAR NOT NULL,                -- prepared, uploading (intent), uploaded, unknown (look before anything else)
    detail      VARCHAR,
    happened_on DATE NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    run_id      VARCHAR NOT NULL,
    PRIMARY KEY (isa13, seq)
);

-- one row per outbound interchange: where its upload stands
CREATE OR REPLACE VIEW submission.upload_state AS
SELECT isa13, state, detail, happened_on FROM submission.upload_event
QUALIFY row_number() OVER (PARTITION BY isa13 ORDER BY seq DESC) = 1;

-- one row per claim and version sent to a payer after the first (or frozen to be sent)
CREATE TABLE IF NOT EXISTS submission.later_claim (
    claim_id             VARCHAR NOT NULL,
    payer_turn           VARCHAR NOT NULL,       -- secondary, tertiary
    version              INTEGER NOT NULL,       -- counts submissions in this turn, from 1
    isa13                BIGINT NOT NULL,
    st02                 BIGINT NOT NULL,
    payer_id             VARCHAR NOT NULL,
    frequency            VARCHAR NOT NULL,       -- CLM05-3: 1 original, 7 replacement of what this payer adjudicated
    payer_claim_number   VARCHAR,                -- REF*F8, with 7: this payer's own
    basis                VARCHAR NOT NULL,       -- of the earlier payers' answers it states: a corrected answer makes another one
    answered             INTEGER NOT NULL,       -- answers of this payer on the books when it was made; one more is the answer to it
    content_hash         VARCHAR NOT NULL,       -- over everything it says
    charge_cents         BIGINT NOT NULL,
    first_segment_no     BIGINT NOT NULL,
    last_segment_no      BIGINT NOT NULL,
    batch_on             DATE NOT NULL,
    run_id               VARCHAR NOT NULL,
    PRIMARY KEY (claim_id, payer_turn, version)
);

-- one row per thing that happened to a claim on its way to a later payer; its state is that of the highest rank, in any order
CREATE TABLE IF NOT EXISTS submission.later_event (
    event_id    VARCHAR PRIMARY KEY,             -- of claim, turn, version, kind and what caused it: the same cause is recorded once
    claim_id    VARCHAR NOT NULL,
    payer_turn  VARCHAR NOT NULL,
    version     INTEGER NOT NULL,
    kind        VARCHAR NOT NULL,                -- prepared, sent, set_accepted, claim_rejected ... as in scrub.claim_event
    state       VARCHAR,                         -- NULL: says nothing of how it stands
    rank        INTEGER NOT NULL,                -- of that state (scrub/events.py); 0 where it is NULL
    happened_on DATE NOT NULL,
    detail      VARCHAR,
    file_id     VARCHAR,
    segment_no  BIGINT,
    run_id      VARCHAR NOT NULL,
    recorded_at TIMESTAMP NOT NULL
);

-- one row per fault that validation found in a claim to a later payer; it holds for as long as the claim says the same
CREATE TABLE IF NOT EXISTS submission.later_fault (
    claim_id     VARCHAR NOT NULL,
    payer_turn   VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    place        INTEGER NOT NULL,               -- order in which they were found
    line_no      INTEGER,
    code         VARCHAR NOT NULL,
    text         VARCHAR NOT NULL,
    found_on     DATE NOT NULL,
    run_id       VARCHAR NOT NULL,
    PRIMARY KEY (claim_id, payer_turn, content_hash, place)
);

-- one row per claim, payer turn and version sent or frozen to be sent, whichever payer's turn it is
CREATE OR REPLACE VIEW submission.sent_claim AS
SELECT claim_id, 'primary' AS payer_turn, version, isa13, st02, payer_id, charge_cents, first_segment_no, last_segment_no, batch_on
FROM submission.batch_claim
UNION ALL
SELECT claim_id, payer_turn, version, isa13, st02, payer_id, charge_cents, first_segment_no, last_segment_no, batch_on
FROM submission.later_claim;

-- one row per claim, later payer's turn and version: where it stands; answered is not among it (posting knows)
CREATE OR REPLACE VIEW submission.later_state AS
SELECT sent.*, said.state, said.rank, said.accepted_on, said.detail
FROM submission.later_claim AS sent
JOIN (
    SELECT claim_id, payer_turn, version, arg_max(state, rank) AS state, max(rank) AS rank, arg_max(detail, rank) AS detail,
           min(happened_on) FILTER (state = 'accepted') AS accepted_on
    FROM submission.later_event GROUP BY ALL
) AS said USING (claim_id, payer_turn, version);
