-- what the policy makes of every adjustment of the matched claims (reversals aside): the first rule that fits decides; an estimate
-- (CLP02 25) decides nothing

-- one row per line, or claim, with a remark that refines a category, keeps the patient from being billed, or that a rule asks for
CREATE OR REPLACE TEMP TABLE remarked AS
WITH asked AS (
    SELECT DISTINCT unnest(rarcs) AS rarc FROM policy_rule
), telling AS (
    SELECT rarc, coalesce(refines, false) AS refines, category, coalesce(category IN ('PATIENT_LIABILITY_BLOCK', 'ALERT_NSA'), false) AS blocks_patient,
           asked.rarc IS NOT NULL AS is_asked
    FROM codes.rarc FULL JOIN asked USING (rarc) WHERE refines OR blocks_patient OR is_asked
), remark AS (
    SELECT remit_line_id AS item_id, unnest(remark_codes) AS rarc FROM remittance.line SEMI JOIN matched USING (remit_claim_id) WHERE len(remark_codes) > 0
    UNION ALL SELECT remit_claim_id, unnest(remark_codes) FROM pending SEMI JOIN matched USING (remit_claim_id) WHERE len(remark_codes) > 0
)
SELECT item_id, min(rarc) FILTER (refines) AS rarc, arg_min(category, rarc) FILTER (refines) AS category, bool_or(blocks_patient) AS blocks_patient,
       coalesce(list(DISTINCT rarc ORDER BY rarc) FILTER (is_asked), []) AS asked
FROM remark JOIN telling USING (rarc) GROUP BY 1;

-- one row per group and code that takes the whole charge of an unpaid line, or claim; it may be cut into several CAS: they count together
CREATE OR REPLACE TEMP TABLE whole_charge AS
WITH unpaid AS (
    SELECT remit_line_id AS item_id, charge_cents FROM remittance.line SEMI JOIN matched USING (remit_claim_id) WHERE paid_cents = 0
    UNION ALL SELECT remit_claim_id, charge_cents FROM pending SEMI JOIN matched USING (remit_claim_id) WHERE paid_cents = 0
)
SELECT item_id, group_code, carc FROM unpaid
JOIN remittance.adjustment AS one ON coalesce(one.remit_line_id, one.remit_claim_id) = unpaid.item_id
GROUP BY item_id, group_code, carc, charge_cents HAVING sum(cents) = charge_cents;

-- one row per adjustment
CREATE OR REPLACE TEMP TABLE decided AS
WITH threshold AS (
    SELECT coalesce(list(DISTINCT max_cents) FILTER (max_cents IS NOT NULL), []) AS each FROM policy_rule
), answer AS (
    -- kind_no: what a rule may ask of an answer as a whole
    SELECT matched.remit_claim_id, is_estimate, effective_on, policy_no, party.turn, party.next_turn, payer_id, status,
           dense_rank() OVER (ORDER BY policy_no, effective_on, payer_id, status, party.turn) AS kind_no,
           on_claim.rarc, on_claim.category, coalesce(on_claim.blocks_patient, false) AS blocks_patient, coalesce(on_claim.asked, []) AS asked
    FROM matched
    JOIN pending ON pending.remit_claim_id = matched.remit_claim_id AND NOT pending.is_reversal
    JOIN answering AS party ON party.remit_claim_id = matched.remit_claim_id
    LEFT JOIN remarked AS on_claim ON on_claim.item_id = matched.remit_claim_id
), fact AS MATERIALIZED (
    SELECT one.adjustment_id, one.remit_claim_id, one.remit_line_id, one.segment_no, one.group_code, one.carc, one.cents, answer.is_estimate, answer.effective_on,
           answer.policy_no, answer.next_turn, answer.kind_no, code.carc IS NOT NULL AS is_known,
           CASE WHEN code.needs_rarc THEN coalesce(on_line.category, answer.category, code.category) ELSE code.category END AS refined,
           coalesce(on_line.blocks_patient, false) OR answer.blocks_patient AS blocks_patient,
           whole.item_id IS NOT NULL AS takes_whole_charge,
           CASE WHEN len(answer.asked) = 0 THEN coalesce(on_line.asked, []) ELSE list_sort(list_distinct(list_concat(answer.asked, coalesce(on_line.asked, [])))) END AS asked,
           CASE WHEN len(threshold.each) = 0 THEN 0 ELSE len(list_filter(threshold.each, lambda most: one.cents <= most)) END AS size_no
    FROM remittance.adjustment AS one
    JOIN answer USING (remit_claim_id)
    CROSS JOIN threshold
    LEFT JOIN codes.carc AS code ON code.carc = one.carc
    LEFT JOIN remarked AS on_line ON on_line.item_id = one.remit_line_id
    LEFT JOIN whole_charge AS whole ON whole.item_id = coalesce(one.remit_line_id, one.remit_claim_id) AND whole.group_code = one.group_code AND whole.carc = one.carc
), alike AS (
    -- one row per kind of adjustment that no rule tells apart; the rules are held against each once
    SELECT kind_no, group_code, carc, takes_whole_charge, asked, size_no, any_value(cents) AS cents FROM fact GROUP BY ALL
), ruled AS (
    SELECT alike.* EXCLUDE (cents), min(rule.place) AS place
    FROM alike
    JOIN (SELECT kind_no, any_value(policy_no) AS policy_no, any_value(payer_id) AS payer_id, any_value(status) AS status, any_value(turn) AS turn,
                 any_value(effective_on) AS effective_on FROM answer GROUP BY 1) AS kind USING (kind_no)
    LEFT JOIN codes.carc AS code ON code.carc = alike.carc
    JOIN policy_rule AS rule
      ON rule.policy_no = kind.policy_no
     AND rule_fits(rule, kind.payer_id, kind.status, kind.turn, kind.effective_on, alike.asked, alike.cents)
     AND (len(rule.groups) = 0 OR list_contains(rule.groups, alike.group_code))
     AND (len(rule.carcs) = 0 OR list_contains(rule.carcs, alike.carc))
     AND (len(rule.carc_classes) = 0 OR list_contains(rule.carc_classes, code.category))
     AND (rule.denial IS NULL OR rule.denial = (coalesce(code.denial, 'N') IN ('Y', 'C')))
     AND (rule.whole_charge IS NULL OR rule.whole_charge = alike.takes_whole_charge)
    GROUP BY ALL
)
SELECT fact.adjustment_id, fact.remit_claim_id, fact.remit_line_id, coalesce(fact.remit_line_id, fact.remit_claim_id) AS item_id, fact.segment_no, fact.group_code,
       fact.carc, fact.cents, fact.next_turn, fact.blocks_patient, CASE WHEN is_estimate THEN 'PREDETERMINATION' ELSE coalesce(rule.rule_id, 'DEFAULT') END AS rule_id,
       rule.account, rule.liability, CASE WHEN rule.delay_days > 0 THEN effective_on + rule.delay_days END AS due_on,
       CASE WHEN is_estimate THEN 'memo' WHEN cents < 0 THEN 'hold' WHEN cents = 0 THEN 'memo' WHEN rule.action = 'transfer' AND next_turn = 'patient' AND blocks_patient THEN 'hold'
            ELSE coalesce(rule.action, 'hold') END AS action,
       CASE WHEN cents < 0 THEN 'NEGATIVE_ADJUSTMENT' WHEN rule.action = 'transfer' AND next_turn = 'patient' AND blocks_patient THEN 'PATIENT_BLOCKED'
            WHEN rule.rule_id IS NULL AND NOT is_known THEN 'UNMAPPED_CARC' ELSE 'POLICY_HOLD' END AS hold_code,
       coalesce(rule.category, refined, 'UNMAPPED') AS category
FROM fact
LEFT JOIN ruled ON ruled.kind_no = fact.kind_no AND ruled.group_code = fact.group_code AND ruled.carc = fact.carc AND ruled.takes_whole_charge = fact.takes_whole_charge
               AND ruled.asked = fact.asked AND ruled.size_no = fact.size_no
LEFT JOIN policy_rule AS rule ON rule.policy_no = fact.policy_no AND rule.place = ruled.place;
