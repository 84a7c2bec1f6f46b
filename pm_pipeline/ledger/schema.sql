-- accounts, transactions, entries and batches of the double-entry ledger
CREATE SCHEMA IF NOT EXISTS ledger;

-- one row per account; sub_accounts of an account are open-ended (a party, a payment method, a reason)
CREATE TABLE IF NOT EXISTS ledger.account (
    account     VARCHAR PRIMARY KEY,
    kind        VARCHAR NOT NULL,  -- asset, liability, income, contra_income, expense
    normal_side VARCHAR NOT NULL,  -- debit or credit
    sub_account VARCHAR NOT NULL,  -- what its sub-accounts are
    meaning     VARCHAR NOT NULL
);
INSERT OR IGNORE INTO ledger.account VALUES
    ('AR', 'asset', 'debit', 'responsible party: primary, secondary, tertiary, patient, collections', 'What somebody owes for services'),
    ('CASH_CLEARING', 'asset', 'debit', 'payment method: eft, check, card, vcc, none', 'Paid according to a remittance or receipt, not yet seen at the bank'),
    ('BANK', 'asset', 'debit', 'none', 'Deposits on the bank''s own statement'),
    ('WITHHOLD_RECEIVABLE', 'asset', 'debit', 'payer', 'Withheld by a payer, to be settled later'),
    ('REVENUE_GROSS', 'income', 'credit', 'none', 'Charges at the practice''s own fees'),
    ('CONTRACTUAL', 'contra_income', 'debit', 'contract, sequestration, capitation', 'Given up under contract or law'),
    ('DENIAL_WO', 'contra_income', 'debit', 'reason', 'Written off because a denial was lost or given up'),
    ('BAD_DEBT', 'expense', 'debit', 'none', 'Patient balances not collectable'),
    ('CHARITY', 'contra_income', 'debit', 'none', 'Given as charity care'),
    ('SMALL_BAL', 'expense', 'debit', 'none', 'Small balances written off'),
    ('UNAPPLIED', 'liability', 'credit', 'payer, patient', 'Money received that belongs to no claim yet: suspense'),
    ('RECOUP_DUE', 'liability', 'credit', 'payer', 'Money a payer will take back from a later payment'),
    ('REFUND_PAYABLE', 'liability', 'credit', 'payer, patient', 'Refunds approved and not yet cleared'),
    ('INTEREST_INCOME', 'income', 'credit', 'none', 'Interest paid by payers on late claims'),
    ('INCENTIVE', 'income', 'credit', 'none', 'Quality and incentive payments'),
    ('TAX_LEVY', 'expense', 'debit', 'irs, levy', 'Taken by a payer for a tax authority'),
    ('CAPITATION', 'income', 'credit', 'none, retroactive', 'Capitation payments'),
    ('SETTLEMENT', 'income', 'credit', 'kind of settlement', 'Lump sums, passthroughs and settlements with a payer outside any claim'),
    ('PAYER_CHARGES', 'expense', 'debit', 'late_charge, interest_penalty, penalty, transmission_fee', 'Fees and penalties a payer keeps from its payments'),
    ('NONREIMBURSABLE', 'contra_income', 'debit', 'none', 'Shown as paid for information only, and taken out again (PLB J1): no money'),
    ('LOAN_PAYABLE', 'liability', 'credit', 'payer', 'Loans a payer gave and takes back from its payments');

-- one row per transaction: one business event on one charge or one provider adjustment
CREATE TABLE IF NOT EXISTS ledger.txn (
    txn_id          VARCHAR NOT NULL,         -- of txn_key, so an event is posted once: post() looks for it first, invariant I16 again; not indexed
    txn_key         VARCHAR NOT NULL,         -- from the event's content; replaying the event finds it taken
    txn_kind        VARCHAR NOT NULL,         -- charge, charge_void, responsibility, remit_line, remit_claim, ...
    reverses_txn_id VARCHAR,
    actor           VARCHAR NOT NULL,         -- policy, rule or the person who decided
    content_digest  VARCHAR NOT NULL,         -- over what its entries say, not when it was posted
    batch_no        BIGINT NOT NULL,
    posted_on       DATE NOT NULL,
    run_id          VARCHAR NOT NULL,
    recorded_at     TIMESTAMP NOT NULL,
    txn_hash        VARCHAR NOT NULL          -- over every column above except batch_no, and what its entries rest on
);

-- one row per debit (positive cents) or credit (negative cents)
CREATE TABLE IF NOT EXISTS ledger.entry (
    txn_id         VARCHAR NOT NULL,
    ordinal        INTEGER NOT NULL,
    entry_kind     VARCHAR NOT NULL,  -- charge, payment, contractual, transfer, interest, takeback, suspense, deposit ...
    account        VARCHAR NOT NULL,
    sub_account    VARCHAR NOT NULL,
    cents          BIGINT NOT NULL,
    practice_id    VARCHAR NOT NULL,
    payer_id       VARCHAR,
    provider_id    VARCHAR,
    claim_id       VARCHAR,
    charge_id      VARCHAR,
    payment_id     VARCHAR,
    remit_claim_id VARCHAR,
    service_on     DATE,              -- four dates on money: service,
    effective_on   DATE NOT NULL,     -- effective (entry date of a charge, check or EFT date of a payment),
    posted_on      DATE NOT NULL,     -- posted (the business date of the run),
    recorded_at    TIMESTAMP NOT NULL,-- recorded (the clock)
    file_id        VARCHAR,           -- the evidence: file and segment (or feed row)
    segment_no     BIGINT,
    policy_id      VARCHAR,
    policy_version INTEGER,
    rule_id        VARCHAR,           -- the decision: policy rule, edit rule
    batch_no       BIGINT NOT NULL,
    run_id         VARCHAR NOT NULL,  -- every column is covered by the txn_hash of the entry's transaction, or is that transaction's own
    entry_id       VARCHAR GENERATED ALWAYS AS ('E' || txn_id[2:] || '-' || ordinal) VIRTUAL  -- not stored: what it is made of is
);

-- one row per call of post(): what it added, sealed. The row proves itself without its transactions, so that its day is known without them
CREATE TABLE IF NOT EXISTS ledger.batch (
    batch_no    BIGINT PRIMARY KEY,
    name        VARCHAR NOT NULL,
    posted_on   DATE NOT NULL,     -- the day of all its transactions
    entries     BIGINT NOT NULL,
    debit_cents BIGINT NOT NULL,
    txns_digest VARCHAR NOT NULL,  -- sha256 over the hashes of its transactions, in the order of txn_id
    digest      VARCHAR NOT NULL,  -- sha256 over the other columns; its seal is in warehouse.chain
    run_id      VARCHAR NOT NULL,
    recorded_at TIMESTAMP NOT NULL
);

-- how entries and transactions are named and hashed; used when posting and again when verifying
CREATE OR REPLACE MACRO ledger.txn_id(txn_key) AS 'T' || sha256(txn_key)[1:16];

-- what an entry says: with the others of its transaction, what the event is
CREATE OR REPLACE MACRO ledger.entry_says(entry_kind, account, sub_account, payer_id, claim_id, charge_id, payment_id, cents, service_on, effective_on) AS
    concat_ws('|', entry_kind, account, sub_account, coalesce(payer_id, ''), coalesce(claim_id, ''), coalesce(charge_id, ''), coalesce(payment_id, ''), cents,
        coalesce(CAST(service_on AS VARCHAR), ''), effective_on);

-- what it rests on: whose it is, the evidence and the decision
CREATE OR REPLACE MACRO ledger.entry_rests_on(practice_id, provider_id, remit_claim_id, file_id, segment_no, policy_id, policy_version, rule_id) AS
    concat_ws('|', practice_id, coalesce(provider_id, ''), coalesce(remit_claim_id, ''), coalesce(file_id, ''), coalesce(CAST(segment_no AS VARCHAR), ''),
        coalesce(policy_id, ''), coalesce(CAST(policy_version AS VARCHAR), ''), coalesce(rule_id, ''));

CREATE OR REPLACE MACRO ledger.txn_hash(txn_id, txn_key, txn_kind, reverses_txn_id, actor, content_digest, rests_on, posted_on, run_id, recorded_at) AS
    sha256(concat_ws('|', txn_id, txn_key, txn_kind, coalesce(reverses_txn_id, ''), actor, content_digest, rests_on, posted_on, run_id, recorded_at));

-- what a batch is sealed with, and how the chain of units of work holds it: several seals of one unit are joined by '+'
CREATE OR REPLACE MACRO ledger.batch_digest(batch_no, name, posted_on, entries, debit_cents, run_id, recorded_at, txns_digest) AS
    sha256(concat_ws('|', batch_no, name, posted_on, entries, debit_cents, run_id, recorded_at, txns_digest));
CREATE OR REPLACE MACRO ledger.seal(batch_no, digest) AS concat('batch ', batch_no, ' ', digest);
