-- what the policy in force requires of a payment, and what it makes of each claim's payment

-- one row per payment with something pending or a PLB: the policy in force on its date, and what of its `require` is not so
CREATE OR REPLACE TEMP TABLE payment_gate AS
SELECT pay.payment_id, force.policy_id, force.policy_version, coalesce(force.no_negative, false) AS no_negative,
       CASE WHEN force.policy_no IS NULL THEN 'NO_POLICY'
            WHEN force.no_provider_adjustment AND plb.payment_id IS NOT NULL THEN 'ERA_LEVEL_ADJUSTMENT'
            WHEN force.no_negative AND pay.paid_cents < 0 THEN 'NEGATIVE_HELD'
            WHEN force.deposit_matched AND pay.paid_cents <> 0 AND tied.payment_id IS NULL THEN 'DEPOSIT_AWAITED' END AS code,
       CASE code WHEN 'NO_POLICY' THEN concat('effective ', pay.effective_on)
                 WHEN 'ERA_LEVEL_ADJUSTMENT' THEN concat('PLB ', plb.reasons)
                 WHEN 'NEGATIVE_HELD' THEN concat('BPR02 ', pay.paid_cents, ' cents')
                 WHEN 'DEPOSIT_AWAITED' THEN concat('trace ', pay.trn02, ', BPR02 ', pay.paid_cents, ' cents') END AS evidence
FROM remittance.current_payment AS pay
SEMI JOIN (SELECT payment_id FROM pending UNION ALL SELECT payment_id FROM remittance.provider_adjustment) AS wanted USING (payment_id)
LEFT JOIN policy_in_force AS force ON pay.effective_on BETWEEN force.effective_from AND force.effective_to
LEFT JOIN (SELECT payment_id, string_agg(DISTINCT reason_code, ', ' ORDER BY reason_code) AS reasons FROM remittance.provider_adjustment GROUP BY 1) AS plb
  USING (payment_id)
LEFT JOIN (SELECT payment_id FROM posting.deposit_match UNION SELECT payment_id FROM deposit_pair) AS tied USING (payment_id);  -- of several deposits too

-- one row per pending claim: the gate that holds it (code NULL: none), and the first payment rule that fits (NULL: none does).
-- What speaks of the same claim (CLP01) in a payment as something negative waits with it: the correction beside a reversal.
CREATE OR REPLACE TEMP TABLE gated AS
WITH watched AS (
    SELECT remit_claim_id, payment_id, clp01, is_reversal OR charge_cents < 0 OR pending.paid_cents < 0 AS is_negative
    FROM pending JOIN payment_gate USING (payment_id) WHERE no_negative
), negative AS (
    SELECT remit_claim_id FROM watched WHERE is_negative
    UNION SELECT remit_claim_id FROM remittance.adjustment SEMI JOIN watched USING (remit_claim_id) WHERE cents < 0
    UNION SELECT remit_claim_id FROM remittance.line SEMI JOIN watched USING (remit_claim_id) WHERE paid_cents < 0 OR charge_cents < 0
), beside AS (
    SELECT remit_claim_id FROM watched SEMI JOIN (SELECT payment_id, clp01 FROM watched SEMI JOIN negative USING (remit_claim_id)) AS one USING (payment_id, clp01)
), fitting AS (
    SELECT remit_claim_id, min(place) AS place
    FROM pending LEFT JOIN answering AS party USING (remit_claim_id)
    JOIN payment_rule AS rule
      ON rule.policy_no = pending.policy_no
     AND rule_fits(rule, pending.payer_id, pending.status, party.turn, pending.effective_on, pending.remark_codes, pending.paid_cents)
    GROUP BY 1
)
SELECT pending.remit_claim_id, rule.rule_id, rule.action,
       coalesce(gate.code, CASE WHEN beside.remit_claim_id IS NOT NULL THEN 'NEGATIVE_HELD' END) AS code,
       CASE WHEN gate.code IS NOT NULL THEN gate.evidence
            WHEN beside.remit_claim_id IS NOT NULL AND negative.remit_claim_id IS NULL THEN 'beside something negative of the same claim'
            WHEN beside.remit_claim_id IS NOT NULL THEN concat('CLP02 ', pending.status, ', CLP04 ', pending.paid_cents, ' cents')
            WHEN rule.rule_id IS NULL THEN 'no payment rule fits'
            WHEN rule.action = 'hold' THEN concat('payment rule ', rule.rule_id, ', CLP04 ', pending.paid_cents, ' cents') END AS evidence
FROM pending
JOIN payment_gate AS gate USING (payment_id)
LEFT JOIN beside USING (remit_claim_id)
LEFT JOIN negative USING (remit_claim_id)
LEFT JOIN fitting USING (remit_claim_id)
LEFT JOIN payment_rule AS rule ON rule.policy_no = pending.policy_no AND rule.place = fitting.place;
