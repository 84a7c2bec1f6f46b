-- one row per statement that was made, not filed, and must not be sent any more: statement_stale. As long as it is not filed nobody has seen
-- it: it is made anew, under the same notice, when it may go out again
CREATE OR REPLACE TEMP TABLE statement_stale AS
WITH line AS (
    SELECT line.statement_id, held.code, now.item_id, now.service_on,
           struct_pack(name := now.name, line1 := now.line1, line2 := now.line2, city := now.city, state := now.state, zip := now.zip) AS address,
           coalesce(now.guarantor_id = made.guarantor_id AND now.patient_name = line.patient_name AND now.due_cents = line.due_cents
                    AND now.provider_name = coalesce(line.provider_name, ''), false) AS is_as_made
    FROM receivables.standing_statement AS made
    JOIN receivables.statement_line AS line USING (statement_id)
    LEFT JOIN patient_line AS now ON now.claim_id = line.claim_id AND now.charge_id IS NOT DISTINCT FROM line.charge_id
    LEFT JOIN hold_now AS held ON held.item_id = concat_ws(' ', line.claim_id, line.charge_id)
    WHERE made.status = 'made'
), compared AS (
    SELECT statement_id, string_agg(DISTINCT code, ' ' ORDER BY code) AS codes, bool_and(is_as_made) AS is_as_made,
           arg_max(address, (service_on, item_id)) AS address  -- as due.sql takes it
    FROM line GROUP BY 1
), judged AS (
    SELECT made.statement_id, codes, made.statement_on + CAST($file_within_days AS INTEGER) < CAST($today AS DATE) AS is_late,
           NOT is_as_made
           OR address IS DISTINCT FROM struct_pack(name := made.name, line1 := made.line1, line2 := made.line2, city := made.city, state := made.state, zip := made.zip)
           OR made.plan_id IS DISTINCT FROM plan.plan_id OR coalesce(plan.paid_at > made.recorded_at, false) AS is_changed
    FROM compared JOIN receivables.standing_statement AS made USING (statement_id)
    LEFT JOIN plan_now AS plan ON plan.guarantor_id = made.guarantor_id AND plan.is_kept
)
SELECT statement_id, coalesce(codes, CASE WHEN is_changed THEN 'CHANGED' ELSE 'NOT_FILED' END) AS because
FROM judged WHERE codes IS NOT NULL OR is_changed OR is_late;
