-- the warehouse's own records: which schemas it holds, and one link per committed unit of work
CREATE SCHEMA IF NOT EXISTS warehouse;

-- one row per stage schema applied to this database
CREATE TABLE IF NOT EXISTS warehouse.schema_version (
    schema_name VARCHAR PRIMARY KEY,
    version     INTEGER NOT NULL,
    applied_at  TIMESTAMP NOT NULL
);

-- one row per committed unit of work; hash = sha256(prev_hash | seq | unit_name | run_id | digest)
CREATE TABLE IF NOT EXISTS warehouse.chain (
    seq          BIGINT PRIMARY KEY,
    unit_name    VARCHAR NOT NULL,
    run_id       VARCHAR NOT NULL,
    digest       VARCHAR NOT NULL,  -- what the unit itself sealed, e.g. the hashes of its ledger entries
    prev_hash    VARCHAR NOT NULL,
    hash         VARCHAR NOT NULL,
    committed_at TIMESTAMP NOT NULL
);
