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

-- one row per day from Monday to Friday on which banks settle nothing
CREATE TABLE IF NOT EXISTS codes.bank_holiday (
    holiday_on DATE PRIMARY KEY,
    name       VARCHAR NOT NULL
);
