-- 835 payments down to the adjustment, and the bank's deposits
CREATE SCHEMA IF NOT EXISTS remittance;

-- one row per payment: a transaction set of an 835, keyed by TRN03 + TRN02 + payee
CREATE TABLE IF NOT EXISTS remittance.payment (
    payment_id    VARCHAR PRIMARY KEY,
    set_id        VARCHAR NOT NULL,
    file_id       VARCHAR NOT NULL,
    segment_no    BIGINT NOT NULL,      -- of BPR
    payer_id      VARCHAR,              -- by TRN03 in payers.yaml; NULL: not one of ours when it was loaded
    trn02         VARCHAR NOT NULL,     -- TRN02
    trn03         VARCHAR NOT NULL,     -- TRN03
    payee_id      VARCHAR NOT NULL,     -- N1*PE N104
    is_our_payee  BOOLEAN NOT NULL,
    bpr01         VARCHAR NOT NULL,     -- BPR01
    method        VARCHAR NOT NULL,     -- BPR04: ACH, CHK, NON, FWT, BOP
    paid_cents    BIGINT NOT NULL,      -- BPR02
    effective_on  DATE NOT NULL,        -- BPR16
    claims        INTEGER NOT NULL,
    claim_paid_cents BIGINT NOT NULL,   -- sum of CLP04
    plb_cents     BIGINT NOT NULL,      -- sum of PLB04 and the other amounts of a PLB; positive lowers the payment
    fingerprint   VARCHAR NOT NULL,     -- sha256 of the set without its control numbers
    received_on   DATE NOT NULL,
    run_id        VARCHAR NOT NULL
);

-- one row per payment whose payer was put into payers.yaml after it was loaded
CREATE TABLE IF NOT EXISTS remittance.payer_named (
    payment_id VARCHAR PRIMARY KEY,
    payer_id   VARCHAR NOT NULL,
    named_on   DATE NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per payment, with its payer as known now; cash: the sub-account of CASH_CLEARING its money goes through
CREATE OR REPLACE VIEW remittance.current_payment AS
SELECT payment.* REPLACE (coalesce(payment.payer_id, named.payer_id) AS payer_id),
       CASE method WHEN 'ACH' THEN 'eft' WHEN 'FWT' THEN 'eft' WHEN 'BOP' THEN 'eft' WHEN 'CHK' THEN 'check' WHEN 'NON' THEN 'none' ELSE 'other' END AS cash
FROM remittance.payment LEFT JOIN remittance.payer_named AS named USING (payment_id);

-- one row per CLP
CREATE TABLE IF NOT EXISTS remittance.claim (
    remit_claim_id     VARCHAR PRIMARY KEY,  -- payment_id-clp_no
    payment_id         VARCHAR NOT NULL,
    clp_no             INTEGER NOT NULL,     -- its place in the payment, from 1
    file_id            VARCHAR NOT NULL,
    segment_no         BIGINT NOT NULL,
    clp01              VARCHAR NOT NULL,     -- CLP01
    status             VARCHAR NOT NULL,     -- CLP02
    charge_cents       BIGINT NOT NULL,      -- CLP03
    paid_cents         BIGINT NOT NULL,      -- CLP04
    patient_cents      BIGINT,               -- CLP05
    filing_indicator   VARCHAR,              -- CLP06
    payer_claim_number VARCHAR,              -- CLP07
    frequency          VARCHAR,              -- CLP09
    original_payer_claim_number VARCHAR,     -- REF*F8
    forwarded_to       VARCHAR,              -- NM1*TT NM109: crossed over
    remark_codes       VARCHAR[] NOT NULL,   -- MIA, MOA
    interest_cents     BIGINT,               -- AMT*I, memo
    lines              INTEGER NOT NULL,
    adjusted_cents     BIGINT NOT NULL,      -- sum of CAS03 and the other amounts, of the claim and its lines
    is_balanced        BOOLEAN NOT NULL,     -- claim and line gates
    imbalance          VARCHAR,              -- which gate failed and by how much
    run_id             VARCHAR NOT NULL
);

-- one row per CLP whose CLP01 was no claim of ours when it was loaded, with what else may find the claim
CREATE TABLE IF NOT EXISTS remittance.claim_subject (
    remit_claim_id VARCHAR PRIMARY KEY,
    member_id      VARCHAR,                  -- NM1*IL NM109, else NM1*QC NM109
    rendering_npi  VARCHAR,                  -- NM1*82 NM109
    dos_from       DATE,                     -- the first service date of its lines
    run_id         VARCHAR NOT NULL
);

-- one row per SVC
CREATE TABLE IF NOT EXISTS remittance.line (
    remit_line_id      VARCHAR NOT NULL,     -- remit_claim_id-svc_no; unique because remit_claim_id is; verified (I18), not indexed
    remit_claim_id     VARCHAR NOT NULL,
    svc_no             INTEGER NOT NULL,
    file_id            VARCHAR NOT NULL,
    segment_no         BIGINT NOT NULL,
    procedure_code     VARCHAR,              -- SVC01-2
    modifiers          VARCHAR[] NOT NULL,   -- SVC01-3, SVC01-4, SVC01-5, SVC01-6
    charge_cents       BIGINT NOT NULL,      -- SVC02
    paid_cents         BIGINT NOT NULL,      -- SVC03
    units              DECIMAL(12, 3),       -- SVC05, 1 when not given
    original_procedure VARCHAR,              -- SVC06-2, when the payer changed the code
    dos_from           DATE,                 -- DTM*472 or DTM*150
    dos_to             DATE,                 -- DTM*151
    line_id            VARCHAR,              -- REF*6R
    allowed_cents      BIGINT,               -- AMT*B6, memo
    remark_codes       VARCHAR[] NOT NULL,   -- LQ*HE
    is_balanced        BOOLEAN NOT NULL,
    run_id             VARCHAR NOT NULL
);

-- one row per CAS reason, amount and quantity
CREATE TABLE IF NOT EXISTS remittance.adjustment (
    adjustment_id  VARCHAR NOT NULL,         -- remit_claim_id-a and its place in the claim; unique because remit_claim_id is; verified (I18), not indexed
    remit_claim_id VARCHAR NOT NULL,
    remit_line_id  VARCHAR,                  -- NULL: at claim level
    file_id        VARCHAR NOT NULL,
    segment_no     BIGINT NOT NULL,
    group_code     VARCHAR NOT NULL,         -- CAS01
    carc           VARCHAR NOT NULL,         -- CAS02, CAS05, CAS08, CAS11, CAS14, CAS17
    cents          BIGINT NOT NULL,          -- CAS03, CAS06, CAS09, CAS12, CAS15, CAS18; positive lowers the payment
    quantity       DECIMAL(12, 3),           -- CAS04, CAS07, CAS10, CAS13, CAS16, CAS19
    run_id         VARCHAR NOT NULL
);

-- one row per PLB reason and amount
CREATE TABLE IF NOT EXISTS remittance.provider_adjustment (
    plb_id      VARCHAR PRIMARY KEY,         -- payment_id-plb-segment_no-place
    payment_id  VARCHAR NOT NULL,
    file_id     VARCHAR NOT NULL,
    segment_no  BIGINT NOT NULL,
    provider_ref VARCHAR,                    -- PLB01
    fiscal_on   DATE,                        -- PLB02
    reason_code VARCHAR NOT NULL,            -- PLB03-1, PLB05-1, PLB07-1, PLB09-1, PLB11-1, PLB13-1
    reference   VARCHAR,                     -- PLB03-2, PLB05-2, PLB07-2, PLB09-2, PLB11-2, PLB13-2
    cents       BIGINT NOT NULL,             -- PLB04, PLB06, PLB08, PLB10, PLB12, PLB14; positive lowers the payment
    run_id      VARCHAR NOT NULL
);

-- one row per deposit: a line of the bank's feed, or of its statement, whichever came first
CREATE TABLE IF NOT EXISTS remittance.deposit (
    deposit_id   VARCHAR PRIMARY KEY,        -- the bank's own id
    deposited_on DATE NOT NULL,
    trace_number VARCHAR NOT NULL,           -- what should equal TRN02; '' when a statement names none
    originator   VARCHAR,                    -- what should equal TRN03
    cents        BIGINT NOT NULL,
    file_id      VARCHAR NOT NULL,
    row_no       BIGINT NOT NULL,
    run_id       VARCHAR NOT NULL
);

-- one row per transaction of the bank's statements (BAI2 record 16), the first time it came
CREATE TABLE IF NOT EXISTS remittance.bank_line (
    line_id      VARCHAR PRIMARY KEY,        -- the bank's reference, else of account, day, amount, trace number and ordinal
    file_id      VARCHAR NOT NULL,
    record_no    BIGINT NOT NULL,            -- line of the file, from 1
    account      VARCHAR NOT NULL,           -- the bank's account number
    posted_on    DATE NOT NULL,              -- the group's as-of date
    type_code    VARCHAR NOT NULL,           -- see codes.bank_type
    becomes      VARCHAR NOT NULL,           -- eft, check, other: a deposit; part: an item of one; return; own: no remittance
    cents        BIGINT NOT NULL,            -- as the bank writes it
    trace_number VARCHAR,
    originator   VARCHAR,
    deposit_id   VARCHAR,                    -- the deposit it is, whoever brought it first; NULL: no deposit
    run_id       VARCHAR NOT NULL
);

-- one row per row of the feed whose deposit a statement had brought before under another id
CREATE TABLE IF NOT EXISTS remittance.deposit_alias (
    alias_id   VARCHAR PRIMARY KEY,          -- the id in the feed
    deposit_id VARCHAR NOT NULL,
    file_id    VARCHAR NOT NULL,
    row_no     BIGINT NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per deposit whose trace number or originator only its second delivery named
CREATE TABLE IF NOT EXISTS remittance.deposit_named (
    deposit_id   VARCHAR PRIMARY KEY,
    trace_number VARCHAR,
    originator   VARCHAR,
    file_id      VARCHAR NOT NULL,
    row_no       BIGINT NOT NULL,
    run_id       VARCHAR NOT NULL
);

-- one row per deposit, with what is known of it now
CREATE OR REPLACE VIEW remittance.current_deposit AS
SELECT deposit.* REPLACE (coalesce(nullif(trim(deposit.trace_number), ''), named.trace_number, '') AS trace_number,
                          coalesce(deposit.originator, named.originator) AS originator)
FROM remittance.deposit LEFT JOIN remittance.deposit_named AS named USING (deposit_id);
