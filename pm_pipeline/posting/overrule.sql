-- where the policy holds an adjustment and a person decided, the person's decision stands: for one adjustment, else for all held
UPDATE decided
SET action = person.decision, account = person.account, rule_id = person.resolution_id,
    liability = CASE WHEN person.decision = 'transfer' THEN 'patient' ELSE decided.liability END
FROM (
    SELECT held.adjustment_id, said.decision, said.account, said.resolution_id
    FROM decided AS held JOIN said USING (remit_claim_id)
    WHERE held.action = 'hold' AND said.action = 'decide' AND (said.adjustment_id IS NULL OR said.adjustment_id = held.adjustment_id)
      AND (said.decision <> 'transfer' OR NOT held.blocks_patient OR held.next_turn <> 'patient')
    QUALIFY row_number() OVER (PARTITION BY held.adjustment_id ORDER BY said.adjustment_id IS NULL, said.decided_at DESC) = 1
) AS person
WHERE person.adjustment_id = decided.adjustment_id;
