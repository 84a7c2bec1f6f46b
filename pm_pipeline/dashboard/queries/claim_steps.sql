-- one row per thing that happened to a claim, in order: what the stages did, its diary, its ledger entries
SELECT happened_on, stage, what, text, amount, file_id, segment_no, run_id, entry_id FROM (
    SELECT happened_on, rank, stage, what, text, amount, file_id, segment_no, run_id, NULL AS entry_id FROM drill.claim_step WHERE claim_id = $claim
    UNION ALL
    SELECT happened_on, CASE WHEN state_rank >= 100 THEN 69 WHEN state_rank >= 50 THEN 45 WHEN state_rank >= 30 THEN 35 ELSE 25 END, 'state', state, kind, NULL, file_id, segment_no, run_id, NULL
    FROM drill.claim_event WHERE claim_id = $claim
    UNION ALL
    SELECT posted_on, 70, 'ledger', entry_kind, account || ':' || sub_account || ' ' || entry_id || coalesce(' by ' || rule_id, ''), amount, file_id, segment_no, run_id, entry_id
    FROM drill.ledger_entry WHERE claim_id = $claim
) AS step
ORDER BY happened_on, rank, segment_no NULLS FIRST, what, text
