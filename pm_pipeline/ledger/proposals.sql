-- an empty temporary table with one row per entry somebody proposes to post; see post()
CREATE OR REPLACE TEMP TABLE ledger_proposal (
    txn_key          VARCHAR NOT NULL,
    txn_kind         VARCHAR NOT NULL,
    reverses_txn_key VARCHAR,
    actor            VARCHAR NOT NULL DEFAULT 'policy',
    entry_kind       VARCHAR NOT NULL,
    account          VARCHAR NOT NULL,
    sub_account      VARCHAR NOT NULL,
    cents            BIGINT NOT NULL,
    practice_id      VARCHAR NOT NULL,
    payer_id         VARCHAR,
    provider_id      VARCHAR,
    claim_id         VARCHAR,
    charge_id        VARCHAR,
    payment_id       VARCHAR,
    remit_claim_id   VARCHAR,
    service_on       DATE,
    effective_on     DATE NOT NULL,
    file_id          VARCHAR,
    segment_no       BIGINT,
    policy_id        VARCHAR,
    policy_version   INTEGER,
    rule_id          VARCHAR
);

-- and one with one row per posted transaction to negate; see reverse()
CREATE OR REPLACE TEMP TABLE ledger_reversal (
    txn_key          VARCHAR NOT NULL,
    txn_kind         VARCHAR NOT NULL,
    reverses_txn_key VARCHAR NOT NULL,
    actor            VARCHAR NOT NULL DEFAULT 'policy',
    payment_id       VARCHAR,
    remit_claim_id   VARCHAR,
    cash_method      VARCHAR,  -- sub-account of CASH_CLEARING, when not the original's
    effective_on     DATE NOT NULL,
    file_id          VARCHAR,
    segment_no       BIGINT,
    rule_id          VARCHAR   -- the decision to negate, when not the original's
);
