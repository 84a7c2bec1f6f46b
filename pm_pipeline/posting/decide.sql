-- one row per adjustment of the matched claims (reversals aside): the first policy rule that fits decides; an estimate
-- (CLP02 25) decides nothing
CREATE OR REPLACE TEMP TABLE decided AS
WITH remark AS (
    SELECT remit_line_id AS item_id, unnest(remark_codes) AS rarc FROM remittance.line WHERE remit_claim_id IN (SELECT remit_claim_id FROM matched)
    UNION ALL SELECT remit_claim_id, unnest(remark_codes) FROM remittance.claim WHERE remit_claim_id IN (SELECT remit_claim_id FROM matched)
), refined AS (
    SELECT item_id, min(rarc) FILTER (refines) AS rarc, arg_min(category, rarc) FILTER (refines) AS category,
           bool_or(category IN ('PATIENT_LIABILITY_BLOCK', 'ALERT_NSA')) AS blocks_patient
    FROM remark JOIN codes.rarc USING (rarc) GROUP BY 1
), fact AS MATERIALIZED (
    SELECT one.* EXCLUDE (reason_cents), matched.claim_id, line_match.charge_id, pending.payer_id, pending.status, pending.is_estimate, pending.effective_on, pending.policy_no,
           pending.policy_id, pending.policy_version, list_concat(coalesce(line.remark_codes, []), pending.remark_codes) AS remarks, party.turn, party.next_turn,
           code.carc IS NOT NULL AS is_known, code.category AS class, coalesce(code.denial, 'N') IN ('Y', 'C') AS denies, coalesce(code.needs_rarc, false) AS needs_rarc,
           CASE WHEN line.remit_line_id IS NULL THEN pending.paid_cents = 0 AND one.reason_cents = pending.charge_cents
                ELSE line.paid_cents = 0 AND one.reason_cents = line.charge_cents END AS takes_whole_charge,
           coalesce(on_line.rarc, on_claim.rarc) AS rarc, coalesce(on_line.category, on_claim.category) AS rarc_category,
           coalesce(on_line.blocks_patient, false) OR coalesce(on_claim.blocks_patient, false) AS blocks_patient
    FROM (
        -- a reason may be cut into several CAS of one line: they count together
        SELECT *, sum(cents) OVER (PARTITION BY remit_claim_id, remit_line_id, group_code, carc) AS reason_cents
        FROM remittance.adjustment SEMI JOIN matched USING (remit_claim_id)
    ) AS one
    JOIN matched USING (remit_claim_id)
    JOIN pending ON pending.remit_claim_id = matched.remit_claim_id AND NOT pending.is_reversal
    JOIN answering AS party ON party.remit_claim_id = matched.remit_claim_id
    LEFT JOIN remittance.line AS line ON line.remit_line_id = one.remit_line_id
    LEFT JOIN matched_line AS line_match ON line_match.remit_line_id = one.remit_line_id
    LEFT JOIN codes.carc AS code ON code.carc = one.carc
    LEFT JOIN refined AS on_line ON on_line.item_id = one.remit_line_id
    LEFT JOIN refined AS on_claim ON on_claim.item_id = one.remit_claim_id
)
SELECT fact.*, CASE WHEN is_estimate THEN 'PREDETERMINATION' ELSE coalesce(rule.rule_id, 'DEFAULT') END AS rule_id, rule.account, rule.liability,
       CASE WHEN rule.delay_days > 0 THEN effective_on + rule.delay_days END AS due_on,
       CASE WHEN is_estimate THEN 'memo' WHEN cents < 0 THEN 'hold' WHEN cents = 0 THEN 'memo' WHEN rule.action = 'transfer' AND next_turn = 'patient' AND blocks_patient THEN 'hold'
            ELSE coalesce(rule.action, 'hold') END AS action,
       CASE WHEN cents < 0 THEN 'NEGATIVE_ADJUSTMENT' WHEN rule.action = 'transfer' AND next_turn = 'patient' AND blocks_patient THEN 'PATIENT_BLOCKED'
            WHEN rule.rule_id IS NULL AND NOT is_known THEN 'UNMAPPED_CARC' ELSE 'POLICY_HOLD' END AS hold_code,
       coalesce(rule.category, CASE WHEN needs_rarc THEN rarc_category END, class, 'UNMAPPED') AS category
FROM fact
LEFT JOIN (
    SELECT fact.adjustment_id, min(rule.place) AS place FROM fact JOIN policy_rule AS rule
  ON rule.policy_no = fact.policy_no
 AND (len(rule.groups) = 0 OR list_contains(rule.groups, fact.group_code))
 AND (len(rule.carcs) = 0 OR list_contains(rule.carcs, fact.carc))
 AND (len(rule.carc_classes) = 0 OR list_contains(rule.carc_classes, fact.class))
 AND (len(rule.rarcs) = 0 OR list_has_any(rule.rarcs, fact.remarks))
 AND (rule.denial IS NULL OR rule.denial = fact.denies)
 AND (len(rule.payers) = 0 OR list_contains(rule.payers, fact.payer_id))
 AND (len(rule.claim_status) = 0 OR list_contains(rule.claim_status, fact.status))
 AND (len(rule.payer_turn) = 0 OR list_contains(rule.payer_turn, fact.turn))
 AND (rule.whole_charge IS NULL OR rule.whole_charge = fact.takes_whole_charge)
 AND (rule.max_cents IS NULL OR fact.cents <= rule.max_cents)
 AND fact.effective_on BETWEEN coalesce(rule.effective_from, DATE '0001-01-01') AND coalesce(rule.effective_to, DATE '9999-12-31')
    GROUP BY fact.adjustment_id
) AS ruled ON ruled.adjustment_id = fact.adjustment_id
LEFT JOIN policy_rule AS rule ON rule.policy_no = fact.policy_no AND rule.place = ruled.place;
