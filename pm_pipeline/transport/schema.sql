-- the file journal: what was landed and emitted, where it was seen, how its envelope was judged, who has handled it
CREATE SCHEMA IF NOT EXISTS transport;

-- one row per distinct content landed or emitted; bytes lie in edi_inbox/landed or edi_outbox under the file_id
CREATE TABLE IF NOT EXISTS transport.file (
    file_id    VARCHAR PRIMARY KEY,   -- sha256, hex
    direction  VARCHAR NOT NULL,      -- in, out
    kind       VARCHAR NOT NULL,      -- x12, feed, bank (BAI2), unknown
    bytes      BIGINT NOT NULL,
    landed_on  DATE NOT NULL,         -- business date; the partition
    landed_at  TIMESTAMP NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per place a file was seen at: the same bytes under a new name add a receipt, not a file
CREATE TABLE IF NOT EXISTS transport.receipt (
    receipt_id  VARCHAR PRIMARY KEY,  -- of file, partner, remote path, size and mtime
    file_id     VARCHAR NOT NULL,
    partner_id  VARCHAR NOT NULL,     -- a partner of trading_partners.yaml, or by_hand
    remote_path VARCHAR NOT NULL,     -- escaped to printable ASCII
    bytes       BIGINT NOT NULL,
    modified_at TIMESTAMP,
    landed_on   DATE NOT NULL,
    landed_at   TIMESTAMP NOT NULL,
    run_id      VARCHAR NOT NULL
);

-- one row per remote file that was not taken, or not taken yet, and why; per sweep that found it so, up to the third
CREATE TABLE IF NOT EXISTS transport.fetch_problem (
    problem_id  VARCHAR PRIMARY KEY,  -- of partner, remote path, size, mtime, code and seen
    partner_id  VARCHAR NOT NULL,
    remote_path VARCHAR NOT NULL,
    bytes       BIGINT,
    modified_at TIMESTAMP,
    seen        INTEGER NOT NULL,     -- how many sweeps have found it so, this one included
    is_held     BOOLEAN NOT NULL,     -- it may mend itself, and the next sweep looks again; otherwise a person must act
    code        VARCHAR NOT NULL,     -- see sweep.py
    text        VARCHAR NOT NULL,
    found_on    DATE NOT NULL,
    found_at    TIMESTAMP NOT NULL,
    run_id      VARCHAR NOT NULL
);

-- one row per interchange of an inbound X12 file
CREATE TABLE IF NOT EXISTS transport.interchange (
    interchange_id       VARCHAR PRIMARY KEY,  -- file_id:number of its ISA segment
    file_id              VARCHAR NOT NULL,
    partner_id           VARCHAR NOT NULL,
    sender_qualifier     VARCHAR NOT NULL,     -- ISA05
    sender_id            VARCHAR NOT NULL,     -- ISA06
    receiver_qualifier   VARCHAR NOT NULL,     -- ISA07
    receiver_id          VARCHAR NOT NULL,     -- ISA08
    sent_at              TIMESTAMP,            -- ISA09, ISA10; NULL when not a date and time
    control_number       VARCHAR NOT NULL,     -- ISA13
    usage                VARCHAR NOT NULL,     -- ISA15
    element_separator    VARCHAR NOT NULL,
    component_separator  VARCHAR NOT NULL,
    repetition_separator VARCHAR NOT NULL,
    terminator           VARCHAR NOT NULL,
    first_segment_no     BIGINT NOT NULL,
    last_segment_no      BIGINT NOT NULL,
    disposition          VARCHAR NOT NULL,     -- accepted, noted, rejected
    landed_on            DATE NOT NULL,
    run_id               VARCHAR NOT NULL
);

-- one row per transaction set (ST to SE), and one per TA1 segment (st01 = TA1)
CREATE TABLE IF NOT EXISTS transport.transaction_set (
    set_id           VARCHAR PRIMARY KEY,  -- file_id:number of its first segment
    interchange_id   VARCHAR NOT NULL,
    file_id          VARCHAR NOT NULL,
    partner_id       VARCHAR NOT NULL,
    gs01             VARCHAR NOT NULL,
    gs06             VARCHAR NOT NULL,
    guide            VARCHAR NOT NULL,     -- ST03, else GS08
    st01             VARCHAR NOT NULL,
    st02             VARCHAR NOT NULL,
    first_segment_no BIGINT NOT NULL,
    last_segment_no  BIGINT NOT NULL,
    start_at         BIGINT NOT NULL,      -- bytes that cut the set out of the file (x12.envelope)
    end_at           BIGINT NOT NULL,
    disposition      VARCHAR NOT NULL,     -- accepted, quarantined, rejected: the envelope's judgement
    sent_at          TIMESTAMP,
    landed_on        DATE NOT NULL,
    run_id           VARCHAR NOT NULL
);

-- one row per thing wrong in an inbound file, at its segment or feed row; text never holds data of a person
CREATE TABLE IF NOT EXISTS transport.problem (
    problem_id VARCHAR PRIMARY KEY,        -- of file, level, code and segment
    file_id    VARCHAR NOT NULL,
    set_id     VARCHAR,
    level      VARCHAR NOT NULL,           -- file, interchange, group, set, claim
    code       VARCHAR NOT NULL,
    segment_no BIGINT NOT NULL,
    text       VARCHAR NOT NULL,
    found_on   DATE NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per file or set a stage has dealt with; what is here is never dealt with again
CREATE TABLE IF NOT EXISTS transport.handled (
    item_id    VARCHAR NOT NULL,           -- file_id or set_id
    stage      VARCHAR NOT NULL,
    outcome    VARCHAR NOT NULL,           -- loaded, quarantined, duplicate, ignored
    handled_on DATE NOT NULL,
    run_id     VARCHAR NOT NULL,
    PRIMARY KEY (item_id, stage)
);

-- one row per run of interchange numbers (ISA13) that never came between two that did: a file may have been lost
CREATE OR REPLACE VIEW transport.control_number_gap AS
SELECT sender_qualifier, sender_id, receiver_qualifier, receiver_id, number + 1 AS first_missing, next_number - 1 AS last_missing
FROM (
    SELECT *, lead(number) OVER (PARTITION BY sender_qualifier, sender_id, receiver_qualifier, receiver_id ORDER BY number) AS next_number
    FROM (
        SELECT DISTINCT sender_qualifier, sender_id, receiver_qualifier, receiver_id, try_cast(control_number AS BIGINT) AS number
        FROM transport.interchange
    ) AS numbers
    WHERE number IS NOT NULL
) AS pairs
WHERE next_number > number + 1;

-- one row per interchange number (ISA13) a sender used more than once; numbers may wrap, so it is a question, not a duplicate
CREATE OR REPLACE VIEW transport.control_number_reuse AS
SELECT sender_qualifier, sender_id, receiver_qualifier, receiver_id, control_number, count(*) AS interchanges,
       count(DISTINCT file_id) AS files
FROM transport.interchange
GROUP BY sender_qualifier, sender_id, receiver_qualifier, receiver_id, control_number
HAVING count(*) > 1;
