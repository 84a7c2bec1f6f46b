-- practice feeds: files judged, rows refused
CREATE SCHEMA IF NOT EXISTS intake;

-- one row per feed file that was read or refused; rows_in = rows_loaded + rows_known + rows_quarantined
CREATE TABLE IF NOT EXISTS intake.feed_file (
    file_id          VARCHAR PRIMARY KEY,
    feed             VARCHAR NOT NULL,     -- as in the feeds folders; unknown: the header is that of no feed
    status           VARCHAR NOT NULL,     -- loaded, empty (a header and no row, or nothing at all), refused
    refused_because  VARCHAR,              -- what is wrong with the file as a whole, and the remedy
    rows_in          BIGINT NOT NULL,
    rows_loaded      BIGINT NOT NULL,
    rows_known       BIGINT NOT NULL,      -- already loaded with the same content (a resend)
    rows_quarantined BIGINT NOT NULL,
    landed_on        DATE NOT NULL,
    run_id           VARCHAR NOT NULL
);

-- one row per feed row that was not loaded; the row itself stays in the landed file, at row_no
CREATE TABLE IF NOT EXISTS intake.quarantined_row (
    file_id     VARCHAR NOT NULL,
    feed        VARCHAR NOT NULL,
    row_no      BIGINT NOT NULL,           -- 1 is the first row under the header
    row_key     VARCHAR,                   -- the row's own id where it has a readable one, e.g. charge_id
    -- one element per thing wrong, the same place in each of the four lists; never a value of the row
    reasons     VARCHAR[] NOT NULL,        -- codes: RAGGED_ROW, NPI_CHECK_DIGIT, KEY_CONFLICT ...
    column_names VARCHAR[] NOT NULL,       -- the column at fault; '' when the row as a whole is
    texts       VARCHAR[] NOT NULL,        -- what is expected there
    remedies    VARCHAR[] NOT NULL,        -- what the sender should do
    found_on    DATE NOT NULL,
    run_id      VARCHAR NOT NULL,
    PRIMARY KEY (file_id, row_no)
);
