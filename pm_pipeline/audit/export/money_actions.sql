-- one row per movement of money a person asked for in the period, or that a second person answered in it
SELECT action_id, event, claim_id, party, cents, method, of_action_id, needs_second, policy_id, policy_version, rule_id, actor, reason, money_state.decided_on, money_state.decided_at,
       run_id, state, answered_by, answer_reason, answer.decided_on AS answered_on, answer.decided_at AS answered_at
FROM receivables.money_state
LEFT JOIN (SELECT action_id, decided_on, decided_at FROM receivables.money_answer) AS answer USING (action_id)
WHERE money_state.decided_on BETWEEN $first AND $last OR answer.decided_on BETWEEN $first AND $last
ORDER BY money_state.decided_at, action_id;
