-- what people set on the charges of the drafts, and nothing changed yet

-- one row per charge and column of a draft that a person's fix stands for; in a back-test those known when the claim was judged
CREATE OR REPLACE TEMP TABLE scrub_person_set AS
SELECT draft.claim_id, draft.charge_id, said.column_name, said.value, said.person_fix_id
FROM draft_fact AS draft
JOIN scrub_plan AS plan ON plan.claim_id = draft.claim_id
JOIN scrub.standing_person_fix AS said ON said.claim_id = draft.claim_id AND said.charge_id = draft.charge_id
WHERE plan.known_by IS NULL OR said.decided_on <= plan.known_by;

-- one row per value changed while the drafts are made
CREATE OR REPLACE TEMP TABLE scrub_draft_fix (
    claim_id VARCHAR, line_no INTEGER, charge_id VARCHAR, column_name VARCHAR, before VARCHAR, after VARCHAR, rule_id VARCHAR, rule_version INTEGER
);
