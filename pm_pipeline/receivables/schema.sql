-- who owes what, how old it is; denials; work
CREATE SCHEMA IF NOT EXISTS receivables;

-- one row per denial episode: a line (or claim) a payer refused, from its first refusal on
CREATE TABLE IF NOT EXISTS receivables.denial (
    denial_id      VARCHAR PRIMARY KEY,   -- of claim, charge and payer turn, and the remittance that opened it
    claim_id       VARCHAR NOT NULL,
    charge_id      VARCHAR,               -- NULL: the claim as a whole
    payer_id       VARCHAR NOT NULL,
    payer_turn     VARCHAR NOT NULL,
    remit_claim_id VARCHAR NOT NULL,
    adjustment_id  VARCHAR NOT NULL,      -- the primary reason: largest amount, then category priority
    group_code     VARCHAR NOT NULL,
    carc           VARCHAR NOT NULL,
    rarc           VARCHAR,               -- the remark that refined the category
    category       VARCHAR NOT NULL,
    is_duplicate   BOOLEAN NOT NULL,      -- kept out of the headline rate
    liability      VARCHAR NOT NULL,
    is_preventable BOOLEAN NOT NULL,
    is_appealable  BOOLEAN NOT NULL,
    denied_cents   BIGINT NOT NULL,       -- all denial adjustments of the line
    charge_cents   BIGINT NOT NULL,       -- of the line
    is_partial     BOOLEAN NOT NULL,      -- something was paid on the line
    denied_on      DATE NOT NULL,         -- payment effective date
    appeal_by      DATE NOT NULL,
    opened_on      DATE NOT NULL,
    run_id         VARCHAR NOT NULL
);

-- one row per episode that ended
CREATE TABLE IF NOT EXISTS receivables.denial_closed (
    denial_id       VARCHAR PRIMARY KEY,
    because         VARCHAR NOT NULL,     -- superseded (the remittance was reversed), paid_later
    recovered_cents BIGINT NOT NULL,
    closed_on       DATE NOT NULL,
    run_id          VARCHAR NOT NULL
);

-- one row per thing somebody must do because something expected did not happen, or time runs out
CREATE TABLE IF NOT EXISTS receivables.work_item (
    work_id   VARCHAR PRIMARY KEY,        -- of kind, item and due date
    kind      VARCHAR NOT NULL,           -- overdue_set, overdue_claim, overdue_remittance, overdue_deposit, unmatched_deposit, filing_deadline, appeal_deadline, bill_secondary
    item_id   VARCHAR NOT NULL,           -- isa13, claim_id, payment_id, deposit_id or denial_id
    claim_id  VARCHAR,
    cents     BIGINT NOT NULL,
    due_on    DATE NOT NULL,
    text      VARCHAR NOT NULL,
    opened_on DATE NOT NULL,
    run_id    VARCHAR NOT NULL
);

-- one row per work item that is done
CREATE TABLE IF NOT EXISTS receivables.work_item_closed (
    work_id   VARCHAR PRIMARY KEY,
    because   VARCHAR NOT NULL,
    closed_on DATE NOT NULL,
    run_id    VARCHAR NOT NULL
);

-- one row per movement of money that a person asked for; never changed. It posts when it needs no second person, or has one.
CREATE TABLE IF NOT EXISTS receivables.money_action (
    action_id      VARCHAR PRIMARY KEY,
    event          VARCHAR NOT NULL,      -- receivables/money_events.csv
    claim_id       VARCHAR,               -- NULL where it follows another action
    party          VARCHAR NOT NULL,      -- primary, secondary, tertiary, patient, collections: whose money it is
    cents          BIGINT NOT NULL,
    method         VARCHAR,               -- patient_payment, recovery: check, card, eft, cash
    of_action_id   VARCHAR,               -- the action this one follows: the refund that was sent, the payment that is allocated
    needs_second   BOOLEAN NOT NULL,      -- a second person must approve
    policy_id      VARCHAR NOT NULL,
    policy_version INTEGER NOT NULL,
    rule_id        VARCHAR NOT NULL,      -- rule of money_policy.yaml; BALANCE: only the balance is the limit
    actor          VARCHAR NOT NULL,
    reason         VARCHAR NOT NULL,
    decided_on     DATE NOT NULL,
    decided_at     TIMESTAMP NOT NULL,
    run_id         VARCHAR NOT NULL
);

-- one row per answer of a second person
CREATE TABLE IF NOT EXISTS receivables.money_answer (
    action_id  VARCHAR PRIMARY KEY,
    answer     VARCHAR NOT NULL,          -- approved, refused
    actor      VARCHAR NOT NULL,
    reason     VARCHAR NOT NULL,
    decided_on DATE NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per movement people asked for, with where it stands: waiting, refused, posted
CREATE OR REPLACE VIEW receivables.money_state AS
SELECT action.*, answer.actor AS answered_by, answer.reason AS answer_reason,
       CASE WHEN answer.answer = 'refused' THEN 'refused' WHEN action.needs_second AND answer.answer IS NULL THEN 'waiting' ELSE 'posted' END AS state
FROM receivables.money_action AS action LEFT JOIN receivables.money_answer AS answer USING (action_id);

-- one row per open denial episode
CREATE OR REPLACE VIEW receivables.open_denial AS
SELECT * FROM receivables.denial ANTI JOIN receivables.denial_closed USING (denial_id);

-- one row per open work item
CREATE OR REPLACE VIEW receivables.open_work AS
SELECT * FROM receivables.work_item ANTI JOIN receivables.work_item_closed USING (work_id);

-- one row per claim, charge and responsible party with a balance at the end of as_of, from ledger entries alone; the payer is
-- the one that was made responsible last
CREATE OR REPLACE MACRO receivables.balances(as_of) AS TABLE
SELECT practice_id, claim_id, charge_id, sub_account AS party,
       coalesce(arg_max(payer_id, (effective_on, batch_no)) FILTER (cents > 0), arg_max(payer_id, (effective_on, batch_no))) AS payer_id, any_value(provider_id) AS provider_id,
       min(service_on) AS service_on, min(effective_on) FILTER (cents > 0) AS responsible_from, sum(cents) AS balance_cents
FROM ledger.entry
WHERE account = 'AR' AND posted_on <= as_of
GROUP BY practice_id, claim_id, charge_id, sub_account
HAVING sum(cents) <> 0;

-- one row per balance with its age in days on three bases: service, first bill (NULL: not billed), responsibility start
CREATE OR REPLACE MACRO receivables.aging(as_of) AS TABLE
SELECT balance.*, billed.first_billed_on,
       as_of - balance.service_on AS service_days,
       as_of - billed.first_billed_on AS billed_days,
       as_of - balance.responsible_from AS responsible_days
FROM receivables.balances(as_of) AS balance
LEFT JOIN (
    SELECT claim_id, min(upload.happened_on) AS first_billed_on
    FROM submission.batch_claim JOIN submission.upload_event AS upload USING (isa13)
    WHERE upload.state = 'uploaded' AND upload.happened_on <= as_of
    GROUP BY claim_id
) AS billed USING (claim_id);

-- the aging bucket of an age in days
CREATE OR REPLACE MACRO receivables.bucket(days) AS
CASE WHEN days <= 30 THEN '0-30' WHEN days <= 60 THEN '31-60' WHEN days <= 90 THEN '61-90' WHEN days <= 120 THEN '91-120'
     WHEN days > 120 THEN '121+' ELSE 'not billed' END;
