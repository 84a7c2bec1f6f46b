-- one row per broken place of the action log, and per action of the desk that is not what was logged, applied and sealed
SELECT item, text FROM desk_log_fault
UNION ALL
SELECT action_id, 'it was applied, and its line is gone from the action log' FROM desk.applied ANTI JOIN desk_log_action USING (action_id)
WHERE (SELECT is_given FROM desk_log)
UNION ALL
SELECT action_id, concat('its line in the action log is not the one that was applied in run ', run_id)
FROM desk.applied JOIN desk_log_action USING (action_id) WHERE line_sha256 <> sha256
UNION ALL
-- what people are told is what the warehouse holds
SELECT action_id, concat('the action log tells people that it was ', told.outcome, ', and the warehouse does not')
FROM desk_log_outcome AS told ANTI JOIN desk.applied USING (action_id, outcome, message)
UNION ALL
-- sealed, and still what was sealed
SELECT coalesce(applied.action_id, sealed.action_id),
       CASE WHEN applied.action_id IS NULL THEN 'the chain of units of work says that it was applied or refused, and its row is gone or changed'
            ELSE 'what the warehouse says became of it is not what the chain of units of work sealed' END
FROM (
    SELECT action_id, desk.seal(action_id, line_sha256, kind, item_id, action, arguments, actor, reason, outcome, message, made_id, applied_on, run_id) AS seal
    FROM desk.applied
) AS applied
FULL JOIN (
    SELECT seal, string_split(seal, ' ')[2] AS action_id FROM (SELECT unnest(string_split(digest, '+')) AS seal FROM warehouse.chain WHERE unit_name = 'desk')
    WHERE starts_with(seal, 'desk ')
) AS sealed USING (seal)
WHERE applied.action_id IS NULL OR sealed.action_id IS NULL;
