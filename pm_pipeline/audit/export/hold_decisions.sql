-- one row per decision of a person about a held claim in the period: override, fix (what it set is left out: it may be a patient's), withdrawal
SELECT override_id AS decision_id, 'override' AS action, claim_id, charge_id, rule_id, CAST(until_on AS VARCHAR) AS of_what, actor, reason, decided_on, decided_at, run_id
FROM scrub.override WHERE decided_on BETWEEN $first AND $last
UNION ALL
SELECT person_fix_id, 'fix', claim_id, charge_id, rule_id, column_name, actor, reason, decided_on, decided_at, run_id
FROM scrub.person_fix WHERE decided_on BETWEEN $first AND $last
UNION ALL
SELECT decision_id, 'withdraw', claim_id, NULL, NULL, NULL, actor, reason, withdrawn_on, withdrawn_at, run_id
FROM scrub.withdrawal WHERE withdrawn_on BETWEEN $first AND $last
ORDER BY decided_at, decision_id, action;
