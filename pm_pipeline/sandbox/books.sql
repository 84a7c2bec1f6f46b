-- one statement per table of the sandbox's own books (SQLite): what was sent, what was received, what was decided
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

-- one row per counter: control numbers, check numbers
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);

-- one row per row of a feed, as it is written, and what should become of it
CREATE TABLE feed_row (
    feed         TEXT NOT NULL,
    due_on       TEXT NOT NULL,
    place        INTEGER NOT NULL,      -- order within the day's file
    row_key      TEXT NOT NULL,
    cells        TEXT NOT NULL,         -- JSON list; too few or too many cells in a ragged row
    expected     TEXT NOT NULL,         -- loaded, known, quarantined
    why          TEXT,                  -- the reason code of a quarantined row
    delivered_on TEXT,
    PRIMARY KEY (feed, due_on, place)
);

-- one row per mistake planted, and when it is put right (NULL: never). An item of stage posting is a CLP (trace/place), its line
-- (trace/place/line), a PLB (trace/reason/reference) or a deposit; of stage quarantine a trace number
CREATE TABLE planted (
    item_id  TEXT NOT NULL,             -- charge, patient, coverage, ... or the name of a mischief
    stage    TEXT NOT NULL,             -- boundary, scrub, clearinghouse, payer, wire; posting, quarantine: the hard mix
    code     TEXT NOT NULL,             -- reason code, rule id, status, CARC, mischief; code of the exception, or of the file's problem
    due_on   TEXT NOT NULL,
    fixed_on TEXT,
    PRIMARY KEY (item_id, stage, code)
);

-- one row per person a payer or the practice knows
CREATE TABLE person (
    patient_id TEXT PRIMARY KEY, last_name TEXT NOT NULL, first_name TEXT NOT NULL, birth_date TEXT NOT NULL, sex TEXT NOT NULL
);

-- one row per coverage as the payer has it (the truth)
CREATE TABLE member (
    payer_id TEXT NOT NULL, member_id TEXT NOT NULL, patient_id TEXT NOT NULL, cob_order INTEGER NOT NULL,
    relationship TEXT NOT NULL, subscriber_last TEXT NOT NULL, subscriber_first TEXT NOT NULL,
    effective_from TEXT NOT NULL, effective_to TEXT,
    PRIMARY KEY (patient_id, cob_order)
);
CREATE INDEX member_by_id ON member (payer_id, member_id);

-- one row per version of a coverage the practice sends and that should be loaded
CREATE TABLE coverage (
    coverage_id TEXT NOT NULL, updated_on TEXT NOT NULL, patient_id TEXT NOT NULL, cob_order INTEGER NOT NULL,
    payer_id TEXT NOT NULL, effective_from TEXT NOT NULL, effective_to TEXT, due_on TEXT NOT NULL, delivered_on TEXT,
    PRIMARY KEY (coverage_id, updated_on)
);

-- one row per charge row that should be loaded; visit is what makes one claim: encounter, entry date, provider, location
CREATE TABLE charge (
    charge_id TEXT PRIMARY KEY, action TEXT NOT NULL, original_charge_id TEXT, visit TEXT NOT NULL, patient_id TEXT NOT NULL,
    provider_id TEXT NOT NULL, dos_on TEXT NOT NULL, procedure_code TEXT NOT NULL, modifiers TEXT NOT NULL,
    cents INTEGER NOT NULL, cells TEXT NOT NULL, due_on TEXT NOT NULL, delivered_on TEXT
);
CREATE INDEX charge_by_visit ON charge (visit);
CREATE INDEX charge_by_patient ON charge (patient_id);
CREATE INDEX charge_by_original ON charge (original_charge_id);

-- one row per file for the other side, made and waiting or delivered; the bytes are kept until they are delivered
CREATE TABLE delivery (
    delivery_id  INTEGER PRIMARY KEY,
    account      TEXT NOT NULL,
    folder       TEXT NOT NULL,
    name         TEXT NOT NULL,
    kind         TEXT NOT NULL,         -- patients ... deposits, TA1, 999, 277CA, 835
    bytes        BLOB NOT NULL,
    due_on       TEXT NOT NULL,
    cut_on       TEXT,                  -- mischief: from this day on only the first part lies there, until due_on
    cut_done     INTEGER NOT NULL DEFAULT 0,
    delivered_on TEXT
);

-- one row per 837 file taken
CREATE TABLE inbound (
    sha256 TEXT NOT NULL, ordinal INTEGER NOT NULL, name TEXT NOT NULL, received_on TEXT NOT NULL, outcome TEXT NOT NULL, is_archived INTEGER NOT NULL,
    PRIMARY KEY (sha256, ordinal)
);

-- one row per interchange received and its TA1 (A, R) and 999 (A, P, R) verdicts
CREATE TABLE interchange (
    sender TEXT NOT NULL, isa13 INTEGER NOT NULL, ordinal INTEGER NOT NULL, sha256 TEXT NOT NULL, received_on TEXT NOT NULL,
    ta1 TEXT NOT NULL, note TEXT NOT NULL, verdict TEXT, claims INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (sender, isa13, ordinal)
);

-- one row per claim received in a set that was accepted
CREATE TABLE claim (
    claim_no     INTEGER PRIMARY KEY,
    clm01        TEXT NOT NULL,
    turn         TEXT NOT NULL,         -- primary, secondary, tertiary
    payer_id     TEXT NOT NULL,
    frequency    TEXT NOT NULL,
    received_on  TEXT NOT NULL,
    st02         TEXT NOT NULL,
    charge_cents INTEGER NOT NULL,
    body         TEXT NOT NULL,         -- JSON of read_837.Claim
    patient_id   TEXT,                  -- NULL: nobody we know
    visit        TEXT,                  -- whose charges it bills, when they are the practice's own
    status       TEXT NOT NULL,         -- e.g. A2:20, A3:33:IL
    is_accepted  INTEGER NOT NULL,
    payer_claim_number TEXT,
    second_number TEXT,                 -- of the other part, when the payer split the claim on receipt
    ready_on     TEXT,                  -- adjudicated on the payer's first payment day from here on
    adjudicated_on TEXT
);
CREATE INDEX claim_by_clm01 ON claim (clm01);
CREATE INDEX claim_waiting ON claim (payer_id, ready_on) WHERE adjudicated_on IS NULL AND is_accepted = 1;

-- one row per CLP a payer sends
CREATE TABLE adjudication (
    adjudication_id INTEGER PRIMARY KEY,
    clm01        TEXT NOT NULL,
    turn         TEXT NOT NULL,
    payer_id     TEXT NOT NULL,
    kind         TEXT NOT NULL,         -- answer, reversal, correction, duplicate, estimate
    claim_no     INTEGER,               -- NULL: forwarded by the payer before
    reverses     INTEGER,               -- the adjudication that is negated
    payment_id   TEXT NOT NULL,
    place        INTEGER NOT NULL,      -- CLP's place in the payment
    status       TEXT NOT NULL,         -- CLP02
    charge_cents INTEGER NOT NULL,
    paid_cents   INTEGER NOT NULL,
    visit        TEXT,
    patient_id   TEXT,
    body         TEXT NOT NULL,         -- JSON of write_835.RemitClaim
    is_reversed  INTEGER NOT NULL DEFAULT 0,
    is_suspended INTEGER NOT NULL DEFAULT 0  -- mischief: does not balance; only its cash counts
);
CREATE INDEX adjudication_by_clm01 ON adjudication (clm01, turn);

-- one row per claim a payer forwarded to the next payer
CREATE TABLE forwarded (
    clm01 TEXT NOT NULL, turn TEXT NOT NULL, payer_id TEXT NOT NULL, from_adjudication INTEGER NOT NULL, ready_on TEXT NOT NULL,
    done_on TEXT, PRIMARY KEY (clm01, turn)
);

-- one row per answer a payer will take back and correct of its own accord
CREATE TABLE correction (
    adjudication_id INTEGER PRIMARY KEY, payer_id TEXT NOT NULL, due_on TEXT NOT NULL, style TEXT NOT NULL, done_on TEXT
);

-- one row per payment; released_on: when the pipeline could first read it as it should be
CREATE TABLE payment (
    payment_id TEXT PRIMARY KEY, payer_id TEXT NOT NULL, trace TEXT NOT NULL, originator TEXT NOT NULL, method TEXT NOT NULL,
    paid_cents INTEGER NOT NULL, effective_on TEXT NOT NULL, delivery_id INTEGER, released_on TEXT
);

-- one row per PLB of a payment
CREATE TABLE provider_adjustment (
    payment_id TEXT NOT NULL, place INTEGER NOT NULL, reason TEXT NOT NULL, reference TEXT, cents INTEGER NOT NULL,
    PRIMARY KEY (payment_id, place)
);

-- one row per amount a payer will take from a later payment: WO an overpayment, FB a balance carried forward
CREATE TABLE takeback (
    payer_id TEXT NOT NULL, reason TEXT NOT NULL, reference TEXT NOT NULL, cents INTEGER NOT NULL, due_on TEXT NOT NULL,
    taken_by TEXT, PRIMARY KEY (payer_id, reason, reference)
);

-- one row per deposit at the bank
CREATE TABLE deposit (
    deposit_id TEXT PRIMARY KEY, payment_id TEXT NOT NULL, cents INTEGER NOT NULL, due_on TEXT NOT NULL, delivered_on TEXT,
    ties INTEGER NOT NULL DEFAULT 1     -- 0: not of the payment's amount, or of no payment ('')
);

-- one row per patient, payer and year: how much of the deductible is met
CREATE TABLE deductible (
    payer_id TEXT NOT NULL, person TEXT NOT NULL, year INTEGER NOT NULL, met_cents INTEGER NOT NULL,
    PRIMARY KEY (payer_id, person, year)
);

-- one row per visit the practice has already changed after an answer
CREATE TABLE follow_up (visit TEXT PRIMARY KEY, kind TEXT NOT NULL, due_on TEXT NOT NULL);

-- one row per answer that is paid a second time, or taken back after that
CREATE TABLE hard_due (
    clm01 TEXT NOT NULL, payer_id TEXT NOT NULL, kind TEXT NOT NULL, due_on TEXT NOT NULL, done_on TEXT, PRIMARY KEY (clm01, kind)
);

-- one row per movement of money the practice's people make by hand; of_act: the one it follows
CREATE TABLE office_act (
    act_no INTEGER PRIMARY KEY, day TEXT NOT NULL, event TEXT NOT NULL, clm01 TEXT NOT NULL, party TEXT NOT NULL, cents INTEGER NOT NULL,
    method TEXT, owed_cents INTEGER NOT NULL, of_act INTEGER
);
