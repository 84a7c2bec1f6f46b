-- what a person resolved and is now done: closed in the person's name
INSERT OR IGNORE INTO posting.exception_closed
SELECT exception_id, arg_max(action, decided_at), arg_max(actor, decided_at), CAST($today AS DATE), $run_id
FROM (
    SELECT said.exception_id, said.action, said.actor, said.decided_at FROM said JOIN posted_in_run USING (remit_claim_id)
    JOIN posting.exception AS held ON held.exception_id = said.exception_id AND held.is_blocking
    UNION ALL
    SELECT exception_id, action, actor, decided_at FROM said WHERE action = 'acknowledge'
    UNION ALL
    SELECT line_placed.exception_id, 'place', line_placed.actor, decided_at FROM line_placed JOIN said USING (resolution_id)
)
GROUP BY exception_id;

-- lines whose charge became known are placed with no person
INSERT OR IGNORE INTO posting.exception_closed
SELECT exception_id, 'settled_since', 'policy', CAST($today AS DATE), $run_id FROM line_placed WHERE resolution_id IS NULL;
