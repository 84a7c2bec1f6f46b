-- one row per decision of a person about a posting exception in the period, and per match taken back
SELECT resolution_id AS decision_id, action, exception_id, code, coalesce(exception.claim_id, CASE WHEN action = 'match' THEN target END) AS claim_id, target,
       decision, account, adjustment_id, exception.cents, actor, reason, decided_on, decided_at, resolution.run_id
FROM posting.resolution AS resolution LEFT JOIN posting.exception AS exception USING (exception_id)
WHERE decided_on BETWEEN $first AND $last
UNION ALL
SELECT unposting_id, 'unpost', NULL, NULL, claim_id, remit_claim_id, NULL, NULL, NULL, NULL, actor, reason, decided_on, decided_at, run_id
FROM posting.unposting WHERE decided_on BETWEEN $first AND $last
ORDER BY decided_at, decision_id;
