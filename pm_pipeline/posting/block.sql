-- one row per pending claim: what keeps it from being posted now (code NULL: nothing), first reason first
CREATE OR REPLACE TEMP TABLE blocked AS
SELECT pending.* EXCLUDE (remark_codes), matched.claim_id, matched.match_by, party.turn, party.turn_no, party.next_turn, party.next_payer_id,
       CASE WHEN NOT is_our_payee THEN 'PAYEE_NOT_OURS'
            WHEN has_unknown_plb THEN 'PLB_UNKNOWN'
            WHEN NOT is_balanced AND NOT (is_estimate AND paid_cents = 0) THEN 'UNBALANCED_CLAIM'
            WHEN matched.claim_id IS NULL THEN 'CLAIM_UNMATCHED'
            WHEN pending.payer_id IS NULL THEN 'PAYER_UNKNOWN'
            WHEN party.turn IS NULL THEN 'PAYER_NOT_ON_CLAIM'
            WHEN is_estimate AND paid_cents <> 0 THEN 'PREDETERMINATION_MONEY'
            WHEN gate.code IS NOT NULL AND (anyway.resolution_id IS NULL OR gate.code = 'NO_POLICY') THEN gate.code
            WHEN is_reversal THEN 'ORPHAN_REVERSAL'  -- until reversal.sql finds its original
            WHEN paid_cents < 0 AND anyway.resolution_id IS NULL THEN 'NEGATIVE_PAYMENT'
            WHEN anyway.resolution_id IS NULL AND (gate.rule_id IS NULL OR gate.action = 'hold') THEN 'POLICY_HOLD'
            WHEN held.code IS NOT NULL THEN held.code
            WHEN turn_no > 1 AND NOT is_estimate AND anyway.resolution_id IS NULL THEN 'PRIOR_PAYER_PENDING'  -- until unblock.sql finds the prior payer's answer
       END AS code,
       coalesce(CASE WHEN matched.claim_id IS NULL THEN 'a person took it back from claim ' || taken_from END, gate.evidence, held.evidence) AS first_evidence,
       first_evidence AS evidence, coalesce(anyway.resolution_id, gate.rule_id) AS payment_rule_id
FROM pending
LEFT JOIN matched USING (remit_claim_id)
LEFT JOIN answering AS party USING (remit_claim_id)
LEFT JOIN gated AS gate USING (remit_claim_id)
LEFT JOIN said AS anyway ON anyway.remit_claim_id = pending.remit_claim_id AND anyway.action = 'post'
LEFT JOIN (
    SELECT remit_claim_id, min(hold_code) AS code,
           string_agg(concat(group_code, '-', carc, ' ', cents, ' cents at segment ', segment_no), ', ' ORDER BY segment_no, CAST(regexp_extract(adjustment_id, '[0-9]+$') AS INTEGER)) AS evidence
    FROM decided WHERE action = 'hold' GROUP BY 1
) AS held USING (remit_claim_id);
