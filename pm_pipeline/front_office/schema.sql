-- who the patients are, what covers them, who treats them, what was authorized; versions by the feed's own updated_on
CREATE SCHEMA IF NOT EXISTS front_office;

-- one row per patient and version
CREATE TABLE IF NOT EXISTS front_office.patient (
    patient_id  VARCHAR NOT NULL,
    updated_on  DATE NOT NULL,
    last_name   VARCHAR NOT NULL,
    first_name  VARCHAR NOT NULL,
    middle_name VARCHAR,
    suffix      VARCHAR,
    birth_date  DATE NOT NULL,
    sex         VARCHAR NOT NULL,          -- F, M, U
    line1       VARCHAR NOT NULL,
    line2       VARCHAR,
    city        VARCHAR NOT NULL,
    state       VARCHAR NOT NULL,
    zip         VARCHAR NOT NULL,
    phone       VARCHAR,
    deceased_on DATE,
    file_id     VARCHAR NOT NULL,
    row_no      BIGINT NOT NULL,
    run_id      VARCHAR NOT NULL,
    PRIMARY KEY (patient_id, updated_on)
);

-- one row per coverage and version; cob_order 1 pays first
CREATE TABLE IF NOT EXISTS front_office.coverage (
    coverage_id           VARCHAR NOT NULL,
    updated_on            DATE NOT NULL,
    patient_id            VARCHAR NOT NULL,
    cob_order             INTEGER NOT NULL,
    payer_id              VARCHAR NOT NULL,
    member_id             VARCHAR NOT NULL,
    group_number          VARCHAR,
    relationship          VARCHAR NOT NULL, -- 18 self, 01 spouse, 19 child, 20 employee, G8 other
    subscriber_last_name  VARCHAR,          -- given when relationship is not 18
    subscriber_first_name VARCHAR,
    subscriber_birth_date DATE,
    subscriber_sex        VARCHAR,
    subscriber_line1      VARCHAR,
    subscriber_city       VARCHAR,
    subscriber_state      VARCHAR,
    subscriber_zip        VARCHAR,
    effective_from        DATE NOT NULL,
    effective_to          DATE,
    file_id               VARCHAR NOT NULL,
    row_no                BIGINT NOT NULL,
    run_id                VARCHAR NOT NULL,
    PRIMARY KEY (coverage_id, updated_on)
);

-- one row per provider and version: rendering (also from config/practice.yaml) and referring
CREATE TABLE IF NOT EXISTS front_office.provider (
    provider_id VARCHAR NOT NULL,
    updated_on  DATE NOT NULL,
    role        VARCHAR NOT NULL,          -- rendering, referring
    npi         VARCHAR NOT NULL,
    last_name   VARCHAR NOT NULL,
    first_name  VARCHAR NOT NULL,
    taxonomy    VARCHAR,
    active_from DATE NOT NULL,
    active_to   DATE,
    file_id     VARCHAR,                   -- NULL: from config/practice.yaml
    row_no      BIGINT,
    run_id      VARCHAR NOT NULL,
    PRIMARY KEY (provider_id, updated_on)
);

-- one row per authorization and version
CREATE TABLE IF NOT EXISTS front_office.authorization (
    authorization_id     VARCHAR NOT NULL,
    updated_on           DATE NOT NULL,
    patient_id           VARCHAR NOT NULL,
    payer_id             VARCHAR NOT NULL,
    authorization_number VARCHAR NOT NULL,
    procedure_code       VARCHAR,          -- NULL: any procedure
    valid_from           DATE NOT NULL,
    valid_to             DATE NOT NULL,
    units_allowed        DECIMAL(12, 3),
    file_id              VARCHAR NOT NULL,
    row_no               BIGINT NOT NULL,
    run_id               VARCHAR NOT NULL,
    PRIMARY KEY (authorization_id, updated_on)
);

-- one row per appointment and version
CREATE TABLE IF NOT EXISTS front_office.appointment (
    appointment_id VARCHAR NOT NULL,
    updated_on     DATE NOT NULL,
    patient_id     VARCHAR NOT NULL,
    provider_id    VARCHAR NOT NULL,
    location_id    VARCHAR NOT NULL,
    starts_at      TIMESTAMP NOT NULL,
    status         VARCHAR NOT NULL,       -- booked, completed, cancelled, no_show
    file_id        VARCHAR NOT NULL,
    row_no         BIGINT NOT NULL,
    run_id         VARCHAR NOT NULL,
    PRIMARY KEY (appointment_id, updated_on)
);

-- one row per patient: the newest version
CREATE OR REPLACE VIEW front_office.current_patient AS
SELECT * FROM front_office.patient QUALIFY row_number() OVER (PARTITION BY patient_id ORDER BY updated_on DESC) = 1;

-- one row per coverage: the newest version
CREATE OR REPLACE VIEW front_office.current_coverage AS
SELECT * FROM front_office.coverage QUALIFY row_number() OVER (PARTITION BY coverage_id ORDER BY updated_on DESC) = 1;

-- one row per provider: the newest version
CREATE OR REPLACE VIEW front_office.current_provider AS
SELECT * FROM front_office.provider QUALIFY row_number() OVER (PARTITION BY provider_id ORDER BY updated_on DESC) = 1;

-- one row per authorization: the newest version
CREATE OR REPLACE VIEW front_office.current_authorization AS
SELECT * FROM front_office.authorization QUALIFY row_number() OVER (PARTITION BY authorization_id ORDER BY updated_on DESC) = 1;

-- one row per appointment: the newest version
CREATE OR REPLACE VIEW front_office.current_appointment AS
SELECT * FROM front_office.appointment QUALIFY row_number() OVER (PARTITION BY appointment_id ORDER BY updated_on DESC) = 1;
