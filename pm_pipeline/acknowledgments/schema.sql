-- TA1, 999 and 277CA as they were read
CREATE SCHEMA IF NOT EXISTS acknowledgments;

-- one row per TA1 segment
CREATE TABLE IF NOT EXISTS acknowledgments.interchange_ack (
    set_id       VARCHAR PRIMARY KEY,
    file_id      VARCHAR NOT NULL,
    segment_no   BIGINT NOT NULL,
    isa13        BIGINT,               -- TA101; NULL when not a number
    ta104        VARCHAR NOT NULL,     -- A accepted, E accepted with errors (never resend), R rejected
    ta105        VARCHAR NOT NULL,     -- note code
    is_ours      BOOLEAN NOT NULL,
    received_on  DATE NOT NULL,
    run_id       VARCHAR NOT NULL
);

-- one row per 999 or 997: its answer to our functional group
CREATE TABLE IF NOT EXISTS acknowledgments.group_ack (
    set_id      VARCHAR PRIMARY KEY,
    file_id     VARCHAR NOT NULL,
    segment_no  BIGINT NOT NULL,
    gs06        BIGINT,                -- AK102
    ak901       VARCHAR,               -- A, E, P, R ...; NULL when there is no AK9, which is never an acceptance
    sets_sent   INTEGER,               -- AK902
    sets_received INTEGER,             -- AK903
    sets_accepted INTEGER,             -- AK904
    is_ours     BOOLEAN NOT NULL,
    received_on DATE NOT NULL,
    run_id      VARCHAR NOT NULL
);

-- one row per set a 999 or 997 speaks of, and per set it accepts by silence (AK2 left out, AK904 ties)
CREATE TABLE IF NOT EXISTS acknowledgments.set_ack (
    set_id      VARCHAR NOT NULL,
    st02        BIGINT NOT NULL,
    file_id     VARCHAR NOT NULL,
    segment_no  BIGINT NOT NULL,
    ik501       VARCHAR NOT NULL,      -- A, E, R ...
    is_silent   BOOLEAN NOT NULL,
    is_ours     BOOLEAN NOT NULL,
    errors      VARCHAR[] NOT NULL,    -- IK3/IK4 as text: segment, place, code
    received_on DATE NOT NULL,
    run_id      VARCHAR NOT NULL,
    PRIMARY KEY (set_id, st02)
);

-- one row per error a 999 or 997 names: where it lies in the set we sent (never the bad value itself)
CREATE TABLE IF NOT EXISTS acknowledgments.set_error (
    set_id       VARCHAR NOT NULL,
    segment_no   BIGINT NOT NULL,      -- of its IK3 or IK4 (AK3, AK4)
    file_id      VARCHAR NOT NULL,
    st02         BIGINT,               -- AK202
    segment_id   VARCHAR,              -- IK301
    position     BIGINT,               -- IK302: counts from the ST (1)
    loop         VARCHAR,              -- IK303
    segment_code VARCHAR,              -- IK304
    element      INTEGER,              -- IK401-1; NULL: the segment as a whole
    component    INTEGER,              -- IK401-2
    element_reference VARCHAR,         -- IK402
    element_code VARCHAR,              -- IK403
    claim_id     VARCHAR,              -- the claim of ours that place lies in; NULL before the first claim, or when the set is not ours
    version      INTEGER,              -- in the payer's turn that its st02 was sent for
    received_on  DATE NOT NULL,
    run_id       VARCHAR NOT NULL,
    PRIMARY KEY (set_id, segment_no)
);

-- one row per status a 277CA gives about a claim (or about all claims of a batch: level receiver or provider)
CREATE TABLE IF NOT EXISTS acknowledgments.claim_status (
    set_id             VARCHAR NOT NULL,
    status_no          BIGINT NOT NULL,   -- segment_no * 100 + the composite's place: STC01 1, STC10 10, STC11 11
    segment_no         BIGINT NOT NULL,
    file_id            VARCHAR NOT NULL,
    level              VARCHAR NOT NULL,  -- payer, receiver, provider, claim, line, other
    claim_id           VARCHAR,           -- TRN02 of 2200D; NULL above claim level
    category           VARCHAR NOT NULL,  -- STC01-1
    status             VARCHAR,           -- STC01-2
    entity             VARCHAR,           -- STC01-3
    action             VARCHAR,           -- STC03: WQ accept, U reject; the category decides
    amount_cents       BIGINT,            -- STC04
    payer_claim_number VARCHAR,           -- REF*1K
    st02               BIGINT,            -- our set it answers, where the batch is named
    is_ours            BOOLEAN NOT NULL,
    received_on        DATE NOT NULL,
    run_id             VARCHAR NOT NULL,
    source             VARCHAR,           -- NM101 of 2100A: who wrote it, AY a clearinghouse, PR a payer
    PRIMARY KEY (set_id, status_no)
);
