-- an empty temporary table for the transactions that ledger_proposal would post; find_part.sql fills it, part by part
CREATE OR REPLACE TEMP TABLE ledger_new_txn (
    txn_id          VARCHAR NOT NULL,
    txn_key         VARCHAR NOT NULL,
    txn_kind        VARCHAR NOT NULL,
    reverses_txn_id VARCHAR,
    actor           VARCHAR NOT NULL,
    content_digest  VARCHAR NOT NULL,
    txn_hash        VARCHAR NOT NULL,
    off_by_cents    HUGEINT NOT NULL,
    places          BIGINT[] NOT NULL  -- of its entries among the proposals, in their order
);
