-- one row per policy version in force and the payment days it decides; beside it the rules, in their order
CREATE OR REPLACE TEMP TABLE policy_in_force (
    policy_no INTEGER, policy_id VARCHAR, policy_version INTEGER, effective_from DATE, effective_to DATE, deposit_matched BOOLEAN,
    no_provider_adjustment BOOLEAN, no_negative BOOLEAN
);

-- one row per rule about adjustments; an empty list is no condition
CREATE OR REPLACE TEMP TABLE policy_rule (
    policy_no INTEGER, place INTEGER, rule_id VARCHAR, groups VARCHAR[], carcs VARCHAR[], carc_classes VARCHAR[], rarcs VARCHAR[], denial BOOLEAN,
    payers VARCHAR[], claim_status VARCHAR[], payer_turn VARCHAR[], whole_charge BOOLEAN, max_cents BIGINT, effective_from DATE, effective_to DATE,
    delay_days INTEGER, action VARCHAR, account VARCHAR, category VARCHAR, liability VARCHAR
);

-- one row per meaning that a payer of ours gives a provider adjustment whose code each uses in its own way
CREATE OR REPLACE TEMP TABLE payer_adjustment (
    payer_id VARCHAR, rule_id VARCHAR, reason_code VARCHAR, account VARCHAR, effective_from DATE, effective_to DATE
);

-- one row per rule about the payment of a claim
CREATE OR REPLACE TEMP TABLE payment_rule (
    policy_no INTEGER, place INTEGER, rule_id VARCHAR, payers VARCHAR[], claim_status VARCHAR[], payer_turn VARCHAR[], rarcs VARCHAR[],
    max_cents BIGINT, effective_from DATE, effective_to DATE, action VARCHAR
);

-- whether a rule, of either kind, asks for an answer like this one
CREATE OR REPLACE TEMP MACRO rule_fits(rule, payer_id, status, turn, effective_on, remarks, cents) AS
    (len(rule.payers) = 0 OR list_contains(rule.payers, payer_id))
    AND (len(rule.claim_status) = 0 OR list_contains(rule.claim_status, status))
    AND (len(rule.payer_turn) = 0 OR list_contains(rule.payer_turn, turn))
    AND (len(rule.rarcs) = 0 OR list_has_any(rule.rarcs, remarks))
    AND (rule.max_cents IS NULL OR cents <= rule.max_cents)
    AND effective_on BETWEEN coalesce(rule.effective_from, DATE '0001-01-01') AND coalesce(rule.effective_to, DATE '9999-12-31');
