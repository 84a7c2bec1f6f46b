-- code sets, replaced as a whole when the CSV files beside this one change
CREATE SCHEMA IF NOT EXISTS codes;

-- one row: which edition of the CSV files the tables below hold
CREATE TABLE IF NOT EXISTS codes.edition (digest VARCHAR NOT NULL, loaded_at TIMESTAMP NOT NULL);

-- one row per claim adjustment reason code
CREATE TABLE IF NOT EXISTS codes.carc (
    carc           VARCHAR PRIMARY KEY,
    status         VARCHAR NOT NULL,   -- active, deactivated
    effective_from DATE,               -- NULL: before our records
    effective_to   DATE,               -- NULL: in force, or the day is not on record
    meaning        VARCHAR NOT NULL,   -- in our own words
    category       VARCHAR NOT NULL,
    denial         VARCHAR NOT NULL,   -- Y, N, C (conditional: treated as a denial until refined)
    preventable    VARCHAR NOT NULL,   -- Y, N, P (possibly)
    appealable     VARCHAR NOT NULL,   -- Y, N, C (conditional)
    typical_action VARCHAR NOT NULL,
    needs_rarc     BOOLEAN NOT NULL
);

-- one row per remittance advice remark code that refines a category or blocks something
CREATE TABLE IF NOT EXISTS codes.rarc (
    rarc           VARCHAR PRIMARY KEY,
    effective_from DATE,
    effective_to   DATE,
    category       VARCHAR NOT NULL,
    meaning        VARCHAR NOT NULL,
    refines        BOOLEAN NOT NULL    -- its category replaces that of a CARC which needs a remark
);

-- one row per denial or adjustment category; lower priority wins between equal amounts
CREATE TABLE IF NOT EXISTS codes.category (
    category VARCHAR PRIMARY KEY,
    priority INTEGER NOT NULL,
    meaning  VARCHAR NOT NULL
);

-- one row per provider-level adjustment reason (PLB03-1) we know how to post
CREATE TABLE IF NOT EXISTS codes.plb (
    reason_code VARCHAR PRIMARY KEY,
    account     VARCHAR NOT NULL,
    sub_account VARCHAR NOT NULL,      -- payer: the payer's id; otherwise as it stands
    entry_kind  VARCHAR NOT NULL,
    meaning     VARCHAR NOT NULL
);

-- one row per answer code of a TA1, 999 or 277CA and the claim state it leads to
CREATE TABLE IF NOT EXISTS codes.answer (
    transaction VARCHAR NOT NULL,      -- TA1, 999, 277CA
    code        VARCHAR NOT NULL,      -- TA104, IK501, STC01-1
    outcome     VARCHAR NOT NULL,      -- accepted, noted, rejected, received, forwarded, split
    meaning     VARCHAR NOT NULL,
    remedy      VARCHAR NOT NULL,
    PRIMARY KEY (transaction, code)
);

-- one row per place of service code
CREATE TABLE IF NOT EXISTS codes.place_of_service (
    place_of_service VARCHAR PRIMARY KEY,
    is_facility      BOOLEAN NOT NULL,
    meaning          VARCHAR NOT NULL
);

-- one row per transaction type of a bank's BAI2 statement we know
CREATE TABLE IF NOT EXISTS codes.bank_type (
    type_code VARCHAR PRIMARY KEY,
    becomes   VARCHAR NOT NULL,        -- eft, check, other: a deposit; part: an item of a deposit; return: taken back; own: no remittance
    meaning   VARCHAR NOT NULL         -- in our own words
);

-- one row per file of a public table that was loaded (`pm codes load`); effective_from is the edition's first day
CREATE TABLE IF NOT EXISTS codes.table_file (
    kind           VARCHAR NOT NULL,   -- ncci_ptp, mue, icd10cm, hcpcs, pos, clia, coverage, fee_indicators
    effective_from DATE NOT NULL,
    sha256         VARCHAR NOT NULL,
    file_name      VARCHAR NOT NULL,
    format         VARCHAR NOT NULL,   -- how it was read
    rows           BIGINT NOT NULL,
    loaded_at      TIMESTAMP NOT NULL,
    run_id         VARCHAR NOT NULL,
    PRIMARY KEY (kind, effective_from, format, sha256)
);

-- one row per edition of a public table and the days for which it speaks: until the next one begins
CREATE OR REPLACE VIEW codes.edition_in_force AS
SELECT kind, effective_from AS edition,
       coalesce(lead(effective_from) OVER (PARTITION BY kind ORDER BY effective_from) - 1, DATE '9999-12-31') AS last_day
FROM (SELECT DISTINCT kind, effective_from FROM codes.table_file);

-- one row per NCCI procedure-to-procedure edit: column 2 is not paid beside column 1; the newest edition holds all that ever were
CREATE TABLE IF NOT EXISTS codes.ncci_ptp (
    column1            VARCHAR NOT NULL,
    column2            VARCHAR NOT NULL,
    effective_from     DATE NOT NULL,
    effective_to       DATE,               -- the deletion date; NULL: in force
    modifier_indicator VARCHAR NOT NULL,   -- 0 never, 1 with an NCCI modifier, 9 not applicable
    edition            DATE NOT NULL
);

-- one row per procedure and edition: medically unlikely edits
CREATE TABLE IF NOT EXISTS codes.mue (
    code         VARCHAR NOT NULL,
    units        BIGINT NOT NULL,
    adjudication BIGINT NOT NULL,          -- MAI: 1 line, 2 date of service by policy, 3 date of service by clinical benchmark
    rationale    VARCHAR NOT NULL,
    edition      DATE NOT NULL
);

-- one row per ICD-10-CM code, header or billable, and edition
CREATE TABLE IF NOT EXISTS codes.icd10cm (
    code        VARCHAR NOT NULL,          -- without decimal point
    is_billable BOOLEAN NOT NULL,
    description VARCHAR NOT NULL,
    edition     DATE NOT NULL
);

-- one row per HCPCS level II code and edition; no CPT code is ever in it
CREATE TABLE IF NOT EXISTS codes.hcpcs (
    code        VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    added_on    DATE NOT NULL,
    ended_on    DATE,
    edition     DATE NOT NULL
);

-- one row per laboratory test that needs a CLIA certificate, and edition
CREATE TABLE IF NOT EXISTS codes.clia (
    code     VARCHAR NOT NULL,
    level    VARCHAR NOT NULL,             -- waived, ppm, moderate, high
    needs_qw BOOLEAN NOT NULL,
    edition  DATE NOT NULL
);

-- one row per version of a local coverage article, which holds the codes of its LCD; national determinations are published without codes
CREATE TABLE IF NOT EXISTS codes.coverage_policy (
    policy_id      VARCHAR NOT NULL,
    version        BIGINT NOT NULL,
    effective_from DATE NOT NULL,
    effective_to   DATE,
    edition        DATE NOT NULL
);

-- one row per procedure a policy names
CREATE TABLE IF NOT EXISTS codes.coverage_procedure (
    policy_id VARCHAR NOT NULL,
    version   BIGINT NOT NULL,
    code      VARCHAR NOT NULL,
    edition   DATE NOT NULL
);

-- one row per diagnosis with which a policy covers (or never covers) its procedures
CREATE TABLE IF NOT EXISTS codes.coverage_diagnosis (
    policy_id  VARCHAR NOT NULL,
    version    BIGINT NOT NULL,
    diagnosis  VARCHAR NOT NULL,
    is_covered BOOLEAN NOT NULL,
    edition    DATE NOT NULL
);

-- one row per procedure and edition: the payment policy indicators of the Medicare physician fee schedule, no prices
CREATE TABLE IF NOT EXISTS codes.fee_indicator (
    code                 VARCHAR NOT NULL,
    status               VARCHAR NOT NULL,
    pctc_indicator       VARCHAR,
    global_days          VARCHAR,
    multiple_indicator   VARCHAR,
    bilateral_indicator  VARCHAR,
    assistant_indicator  VARCHAR,
    cosurgeon_indicator  VARCHAR,
    team_indicator       VARCHAR,
    edition              DATE NOT NULL
);

-- one row per place of service code and edition; place_of_service above is what we ship
CREATE TABLE IF NOT EXISTS codes.pos (
    code        VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    edition     DATE NOT NULL
);

-- one row per day from Monday to Friday on which banks settle nothing
CREATE TABLE IF NOT EXISTS codes.bank_holiday (
    holiday_on DATE PRIMARY KEY,
    name       VARCHAR NOT NULL
);
