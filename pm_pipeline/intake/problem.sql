-- an empty temporary table with one row per thing wrong with a row of the file being read
CREATE OR REPLACE TEMP TABLE intake_problem (
    row_no      BIGINT NOT NULL,
    row_key     VARCHAR,
    place       INTEGER NOT NULL,  -- order of reporting
    reason      VARCHAR NOT NULL,
    column_name VARCHAR NOT NULL,
    expected    VARCHAR NOT NULL,
    remedy      VARCHAR NOT NULL
);
