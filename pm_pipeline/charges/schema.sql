-- charge capture
CREATE SCHEMA IF NOT EXISTS charges;

-- one row per charge row of the feed that passed the boundary; never changed, corrected by a later row that names it
CREATE TABLE IF NOT EXISTS charges.charge (
    charge_id             VARCHAR PRIMARY KEY,  -- the practice's own id of this row
    action                VARCHAR NOT NULL,     -- new, correct (replaces original_charge_id), void (cancels it)
    original_charge_id    VARCHAR,
    claim_id              VARCHAR NOT NULL,     -- made here (claim_id.py): constant over correction and void
    group_no              INTEGER NOT NULL,     -- which claim of its group: 50 lines at most go on one
    line_id               VARCHAR NOT NULL UNIQUE,  -- REF*6R: how a remittance line finds this charge
    practice_id           VARCHAR NOT NULL,
    encounter_id          VARCHAR NOT NULL,
    patient_id            VARCHAR NOT NULL,
    provider_id           VARCHAR NOT NULL,     -- rendering
    location_id           VARCHAR NOT NULL,
    entered_on            DATE NOT NULL,        -- charge entry date
    dos_from              DATE NOT NULL,        -- date of service
    dos_to                DATE NOT NULL,
    procedure_code        VARCHAR NOT NULL,     -- CPT or HCPCS level II
    modifiers             VARCHAR[] NOT NULL,
    diagnoses             VARCHAR[] NOT NULL,   -- ICD-10-CM as sent, up to 12
    diagnosis_pointers    INTEGER[] NOT NULL,   -- 1-based into diagnoses, up to 4
    units                 DECIMAL(12, 3) NOT NULL,
    charge_cents          BIGINT NOT NULL,      -- for the whole line
    place_of_service      VARCHAR NOT NULL,
    referring_provider_id VARCHAR,
    authorization_number  VARCHAR,
    ndc                   VARCHAR,
    ndc_quantity          DECIMAL(12, 3),
    ndc_unit              VARCHAR,
    file_id               VARCHAR NOT NULL,
    row_no                BIGINT NOT NULL,
    landed_on             DATE NOT NULL,
    run_id                VARCHAR NOT NULL
);

-- one row per charge in force: not a void row, and not voided or replaced by another row (at most one row names another)
CREATE OR REPLACE VIEW charges.active_charge AS
SELECT * FROM charges.charge AS charge
WHERE action <> 'void'
  AND NOT EXISTS (SELECT 1 FROM charges.charge AS later WHERE later.original_charge_id = charge.charge_id);

-- true when a text has the form and the check character of a REF*6R of ours (claim_id.py); we need not know its charge (yet)
CREATE OR REPLACE MACRO charges.is_line_id(text) AS
    regexp_full_match(text, 'L[0-9A-HJKMNP-TV-Z]{15}')
    AND substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', (37 - list_reduce(
        list_prepend(36, list_transform(string_split(text[1:15], ''), lambda one: strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', one) - 1)),
        lambda product, value: coalesce(nullif((product + value) % 36, 0), 36) * 2 % 37)) % 36 + 1, 1) = text[16];
