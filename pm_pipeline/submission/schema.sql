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
