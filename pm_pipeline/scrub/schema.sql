-- claims built from charges, what the edits found, and each claim's diary
CREATE SCHEMA IF NOT EXISTS scrub;

-- one row per claim, as it would be sent now; what was sent is frozen in submission.batch_claim and the emitted bytes
CREATE TABLE IF NOT EXISTS scrub.claim (
    claim_id              VARCHAR PRIMARY KEY,  -- CLM01: constant over replacement and void, check character last
    practice_id           VARCHAR NOT NULL,
    encounter_id          VARCHAR NOT NULL,
    group_no              INTEGER NOT NULL,     -- an encounter's charges make one claim per entry date, provider and location, 50 lines at most
    patient_id            VARCHAR NOT NULL,
    provider_id           VARCHAR NOT NULL,     -- rendering
    location_id           VARCHAR NOT NULL,
    referring_provider_id VARCHAR,
    payer_id              VARCHAR,              -- NULL: self-pay, or no coverage in force on the date of service (held)
    coverage_id           VARCHAR,
    payer_turn            VARCHAR NOT NULL,     -- primary, patient (self-pay)
    next_payer_id         VARCHAR,              -- who is responsible after this payer, NULL: the patient
    next_coverage_id      VARCHAR,
    authorization_number  VARCHAR,
    place_of_service      VARCHAR NOT NULL,
    diagnoses             VARCHAR[] NOT NULL,   -- of all lines, no decimal points, first met first
    dos_from              DATE NOT NULL,
    dos_to                DATE NOT NULL,
    entered_on            DATE NOT NULL,
    lines                 INTEGER NOT NULL,     -- 0: every charge was voided; an adjudicated claim keeps its lines and total for the void (frequency 8)
    charge_cents          BIGINT NOT NULL,
    content_hash          VARCHAR NOT NULL,     -- over everything an 837P of this claim would say
    built_on              DATE NOT NULL,
    run_id                VARCHAR NOT NULL
);

-- one row per service line of a claim, as it would be sent now
CREATE TABLE IF NOT EXISTS scrub.claim_line (
    claim_id             VARCHAR NOT NULL,
    line_no              INTEGER NOT NULL,
    line_id              VARCHAR NOT NULL,         -- REF*6R: how a remittance line finds its charge; unique, like charge_id, in
    charge_id            VARCHAR NOT NULL,         -- charges.charge (two more unique indexes here made rebuilding 20 times slower)
    procedure_code       VARCHAR NOT NULL,
    modifiers            VARCHAR[] NOT NULL,
    diagnosis_pointers   INTEGER[] NOT NULL,       -- into the claim's diagnoses; 0: points to no diagnosis (DX-001)
    units                DECIMAL(12, 3) NOT NULL,
    charge_cents         BIGINT NOT NULL,
    place_of_service     VARCHAR NOT NULL,
    dos_from             DATE NOT NULL,
    dos_to               DATE NOT NULL,
    ndc                  VARCHAR,
    ndc_quantity         DECIMAL(12, 3),
    ndc_unit             VARCHAR,
    PRIMARY KEY (claim_id, line_no)
);

-- one row per thing an edit found on a claim (line_no NULL) or line; never changed
CREATE TABLE IF NOT EXISTS scrub.edit_finding (
    finding_id   VARCHAR PRIMARY KEY,    -- of claim, content, line, rule, version and occurrence
    claim_id     VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,       -- the claim content that was judged
    line_no      INTEGER,
    rule_id      VARCHAR NOT NULL,
    rule_version INTEGER NOT NULL,
    severity     VARCHAR NOT NULL,       -- hold, warn, shadow (recorded, and nothing else)
    message      VARCHAR NOT NULL,
    remedy       VARCHAR NOT NULL,
    found_on     DATE NOT NULL,
    run_id       VARCHAR NOT NULL
);

-- one row per finding that no longer holds, because the claim or what it stands on changed
CREATE TABLE IF NOT EXISTS scrub.finding_cleared (
    finding_id VARCHAR PRIMARY KEY,
    cleared_on DATE NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per value a fix rule, or a person's fix, changed while building a claim
CREATE TABLE IF NOT EXISTS scrub.fix (
    fix_id       VARCHAR PRIMARY KEY,    -- of claim, line, column, rule, version and before
    claim_id     VARCHAR NOT NULL,
    line_no      INTEGER,
    column_name  VARCHAR NOT NULL,
    before       VARCHAR,
    after        VARCHAR,
    rule_id      VARCHAR NOT NULL,       -- the fix rule, or the person_fix_id of scrub.person_fix (its rule_version is 1)
    rule_version INTEGER NOT NULL,
    fixed_on     DATE NOT NULL,
    run_id       VARCHAR NOT NULL
);

-- one row per finding that a person lets a claim go in spite of, until a day (included); never changed. It is for the claim, the rule and
-- the line whatever the claim says later: the line is the service first charged, through every correction of it
CREATE TABLE IF NOT EXISTS scrub.override (
    override_id  VARCHAR PRIMARY KEY,    -- of claim, rule, line and how many came before
    claim_id     VARCHAR NOT NULL,
    rule_id      VARCHAR NOT NULL,
    charge_id    VARCHAR,                -- the first charge of the line; NULL: the rule found it on the claim as a whole
    line_no      INTEGER,                -- where that line stood when it was decided, for people
    rule_version INTEGER NOT NULL,       -- of the finding it was decided on
    finding_id   VARCHAR NOT NULL,       -- that finding
    until_on     DATE NOT NULL,          -- the last day it counts
    actor        VARCHAR NOT NULL,       -- the person who decided
    reason       VARCHAR NOT NULL,       -- in the person's words
    decided_on   DATE NOT NULL,
    decided_at   TIMESTAMP NOT NULL,     -- the clock, UTC
    run_id       VARCHAR NOT NULL
);

-- one row per value a person sets on a charge of a held claim; never changed, and the charge stays as the practice sent it. Of several
-- for one charge and column the newest counts. A corrected charge is another charge: it ends them
CREATE TABLE IF NOT EXISTS scrub.person_fix (
    person_fix_id VARCHAR PRIMARY KEY,   -- of charge, column and how many came before; rule_id of the scrub.fix it makes
    claim_id      VARCHAR NOT NULL,
    charge_id     VARCHAR NOT NULL,
    column_name   VARCHAR NOT NULL,      -- of draft_fact, one that may_set (facts.yaml)
    ordinal       INTEGER NOT NULL,      -- 1 for the first of this charge and column, +1 for each after
    value         VARCHAR,               -- as text of the column's type; NULL: empty
    rule_id       VARCHAR NOT NULL,      -- the edit that held the claim
    actor         VARCHAR NOT NULL,
    reason        VARCHAR NOT NULL,
    decided_on    DATE NOT NULL,
    decided_at    TIMESTAMP NOT NULL,
    run_id        VARCHAR NOT NULL
);

-- one row per override or person's fix that a person took back; never changed
CREATE TABLE IF NOT EXISTS scrub.withdrawal (
    decision_id  VARCHAR PRIMARY KEY,    -- override_id or person_fix_id
    claim_id     VARCHAR NOT NULL,
    actor        VARCHAR NOT NULL,
    reason       VARCHAR NOT NULL,
    withdrawn_on DATE NOT NULL,
    withdrawn_at TIMESTAMP NOT NULL,
    run_id       VARCHAR NOT NULL
);

-- one row per edition of an edit rule that has judged a claim: what a finding's rule and version said
CREATE TABLE IF NOT EXISTS scrub.rule_edition (
    rule_id      VARCHAR NOT NULL,
    rule_version INTEGER NOT NULL,
    digest       VARCHAR NOT NULL,       -- over what the rule does; two under one version: it was changed without raising the version
    severity     VARCHAR NOT NULL,
    content      VARCHAR NOT NULL,       -- the rule as JSON
    first_on     DATE NOT NULL,
    run_id       VARCHAR NOT NULL,
    PRIMARY KEY (rule_id, rule_version, digest)
);

-- one row per thing that happened to a claim, from any stage; the claim's state is that of its last row (see events.py)
CREATE TABLE IF NOT EXISTS scrub.claim_event (
    event_id    VARCHAR PRIMARY KEY,     -- of claim, version, kind and what caused it: the same cause is recorded once
    claim_id    VARCHAR NOT NULL,
    version     INTEGER NOT NULL,        -- of the submission it speaks of; 0 before the first
    seq         BIGINT NOT NULL,         -- order of recording, over all claims
    kind        VARCHAR NOT NULL,        -- built, rebuilt, charges_changed, held, released, prepared, sent, denied, reopen ...
    state       VARCHAR NOT NULL,        -- the claim's state after it
    rank        INTEGER NOT NULL,        -- of that state; falls only on kind = reopen
    happened_on DATE NOT NULL,
    detail      VARCHAR,                 -- codes and ids, never a person's data
    file_id     VARCHAR,
    segment_no  BIGINT,
    run_id      VARCHAR NOT NULL,
    recorded_at TIMESTAMP NOT NULL
);

-- one row per charge file whose charges have been made into claims
CREATE TABLE IF NOT EXISTS scrub.charge_file (
    file_id  VARCHAR PRIMARY KEY,
    built_on DATE NOT NULL,
    run_id   VARCHAR NOT NULL
);

-- one row per finding still standing
CREATE OR REPLACE VIEW scrub.open_finding AS
SELECT * FROM scrub.edit_finding ANTI JOIN scrub.finding_cleared USING (finding_id);

-- one row per claim: its state now; version is the newest one spoken of
CREATE OR REPLACE VIEW scrub.claim_state AS
SELECT claim_id, version, last.state AS state, last.rank AS rank, last.happened_on AS happened_on, last.kind AS kind, last.seq AS seq
FROM (
    SELECT claim_id, max(version) AS version,
           arg_max(struct_pack(state := state, rank := rank, happened_on := happened_on, kind := kind, seq := seq), seq) AS last
    FROM scrub.claim_event
    GROUP BY claim_id
);

-- one row per charge and column that a person's fix stands for: the newest that was not taken back
CREATE OR REPLACE VIEW scrub.standing_person_fix AS
SELECT * FROM scrub.person_fix ANTI JOIN scrub.withdrawal ON decision_id = person_fix_id
QUALIFY row_number() OVER (PARTITION BY charge_id, column_name ORDER BY ordinal DESC) = 1;

-- one row per charge row of these claims (a list), and the charge that it corrects in the end: itself, when it corrects none
CREATE OR REPLACE MACRO scrub.first_charge(claims) AS TABLE
WITH RECURSIVE chain AS (
    SELECT charge_id, charge_id AS first_charge_id FROM charges.charge WHERE original_charge_id IS NULL AND claim_id IN (SELECT unnest(claims))
    UNION ALL
    SELECT later.charge_id, chain.first_charge_id FROM chain JOIN charges.charge AS later ON later.original_charge_id = chain.charge_id
)
SELECT * FROM chain;

-- one row per open hold finding for which an override stands, and the one that lasts longest; until_on is its last day
CREATE OR REPLACE VIEW scrub.override_of_finding AS
SELECT finding.finding_id, arg_max(decided.override_id, struct_pack(until_on := decided.until_on, override_id := decided.override_id)) AS override_id,
       max(decided.until_on) AS until_on
FROM scrub.override AS decided
ANTI JOIN scrub.withdrawal ON withdrawal.decision_id = decided.override_id
JOIN scrub.open_finding AS finding ON finding.claim_id = decided.claim_id AND finding.rule_id = decided.rule_id AND finding.severity = 'hold'
LEFT JOIN scrub.claim_line AS line ON line.claim_id = finding.claim_id AND line.line_no = finding.line_no
LEFT JOIN scrub.first_charge((SELECT list(DISTINCT claim_id) FROM scrub.override)) AS charge ON charge.charge_id = line.charge_id
WHERE charge.first_charge_id = decided.charge_id OR (finding.line_no IS NULL AND decided.charge_id IS NULL)
GROUP BY finding.finding_id;

-- one row per open hold finding that an override lets go on this day
CREATE OR REPLACE MACRO scrub.overridden_finding(day) AS TABLE
SELECT finding_id, override_id FROM scrub.override_of_finding WHERE until_on >= day;

-- one row per finding that keeps a claim from leaving on this day
CREATE OR REPLACE MACRO scrub.holding_finding(day) AS TABLE
SELECT finding.* FROM scrub.open_finding AS finding
JOIN scrub.claim_state AS now ON now.claim_id = finding.claim_id AND now.state = 'held'
ANTI JOIN scrub.overridden_finding(day) AS overridden ON overridden.finding_id = finding.finding_id
WHERE finding.severity = 'hold';

-- the order in which a patient's coverages in force on one day pay
CREATE OR REPLACE MACRO scrub.cover_order(cob_order, effective_from, coverage_id) AS
row(cob_order, DATE '9999-12-31' - effective_from, coverage_id);

-- a payer's turn by its place, and its place: 1 primary, 2 secondary, 3 tertiary
CREATE OR REPLACE MACRO scrub.turn(turn_no) AS ['primary', 'secondary', 'tertiary'][turn_no];
CREATE OR REPLACE MACRO scrub.turn_no(turn) AS list_position(['primary', 'secondary', 'tertiary'], turn);

-- one row per claim and payer's turn, for the claims of the table named `claims`: the two payers the claim names, and after them
-- the first of the other coverages in force on its date of service. A claim whose charges were voided before its insurance was known
-- names nobody: its payers are the first three of those coverages
CREATE OR REPLACE MACRO scrub.claim_turns(claims) AS TABLE
WITH wanted AS (
    SELECT * FROM scrub.claim WHERE claim_id IN (SELECT claim_id FROM query_table(claims))
)
SELECT claim_id, 1 AS turn_no, payer_id, coverage_id FROM wanted WHERE payer_id IS NOT NULL
UNION ALL
SELECT claim_id, 2, next_payer_id, next_coverage_id FROM wanted WHERE next_payer_id IS NOT NULL
UNION ALL
SELECT claim_id, named + place, payer_id, coverage_id FROM (
    SELECT wanted.claim_id, coverage.payer_id, coverage.coverage_id, CASE WHEN wanted.payer_id IS NULL THEN 0 ELSE 2 END AS named,
           row_number() OVER (PARTITION BY wanted.claim_id
               ORDER BY scrub.cover_order(coverage.cob_order, coverage.effective_from, coverage.coverage_id)) AS place
    FROM wanted
    JOIN front_office.current_coverage AS coverage
      ON coverage.patient_id = wanted.patient_id AND wanted.dos_from BETWEEN coverage.effective_from AND coalesce(coverage.effective_to, wanted.dos_from)
     AND coverage.coverage_id IS DISTINCT FROM wanted.coverage_id AND coverage.coverage_id IS DISTINCT FROM wanted.next_coverage_id
    WHERE wanted.next_payer_id IS NOT NULL OR (wanted.payer_id IS NULL AND wanted.lines = 0)
)
WHERE named + place <= 3;
