-- which statements are due: statement_now, one row per statement; statement_line_now, one row per line of one; and the reasons of hold_now
-- that hang on what a guarantor owes in all and was told before

-- one row per line that nothing holds, with the notices of its cycle so far, the day of the last one and whether each was sent
CREATE OR REPLACE TEMP TABLE line_told AS
WITH told AS (
    SELECT line.claim_id, line.charge_id, line.cycle_no, line.notice_no, made.recorded_at, made.statement_on, made.status
    FROM receivables.statement_line AS line
    JOIN receivables.standing_statement AS made USING (statement_id)
    WHERE statement_id NOT IN (SELECT statement_id FROM statement_stale)
)
SELECT line.*, count(*) FILTER (told.notice_no > 0 AND told.recorded_at >= line.cycle_since) AS notices,
       max(told.statement_on) FILTER (told.notice_no > 0 AND told.recorded_at >= line.cycle_since) AS notified_on,
       coalesce(bool_and(told.status = 'filed') FILTER (told.notice_no > 0 AND told.recorded_at >= line.cycle_since), true) AS is_sent,
       coalesce(max(told.cycle_no), 0) + CASE WHEN count(told.cycle_no) FILTER (told.recorded_at >= line.cycle_since) = 0 THEN 1 ELSE 0 END AS cycle_no
FROM (SELECT * FROM patient_line ANTI JOIN hold_now USING (item_id)) AS line
LEFT JOIN told ON told.claim_id = line.claim_id AND told.charge_id IS NOT DISTINCT FROM line.charge_id
GROUP BY ALL;

-- one row per such line that has a notice to come, or is paid under a plan; after the last one a person decides, when its days have passed
CREATE OR REPLACE TEMP TABLE line_ready AS
SELECT * FROM line_told
WHERE notices < (SELECT max(notice_no) FROM statement_level) OR guarantor_id IN (SELECT guarantor_id FROM plan_now WHERE is_kept);

INSERT INTO hold_now
SELECT item_id, claim_id, charge_id, guarantor_id, 'FINAL_SENT', due_cents, concat(notices, ' notices, cycle ', cycle_no)
FROM line_told ANTI JOIN line_ready USING (item_id)
WHERE is_sent AND CAST($today AS DATE) - notified_on >= (SELECT arg_max(wait_days, notice_no) FROM statement_level);

INSERT INTO hold_now
SELECT item_id, claim_id, charge_id, guarantor_id, 'BELOW_MINIMUM', due_cents, concat('owed in all ', dollars(sum(due_cents) OVER (PARTITION BY guarantor_id)))
FROM line_ready ANTI JOIN hold_now USING (item_id) WHERE guarantor_id NOT IN (SELECT guarantor_id FROM plan_now WHERE is_kept)
QUALIFY sum(due_cents) OVER (PARTITION BY guarantor_id) < CAST($minimum_cents AS BIGINT);

CREATE OR REPLACE TEMP TABLE statement_now AS
WITH ready AS (
    SELECT * FROM line_ready ANTI JOIN hold_now USING (item_id)
), last AS (
    -- the newest is what the wait counts from; one that waits to be filed keeps the next one back
    SELECT guarantor_id, max(statement_on) AS statement_on, arg_max(level, (statement_on, recorded_at)) AS level
    FROM receivables.standing_statement WHERE statement_id NOT IN (SELECT statement_id FROM statement_stale) GROUP BY 1
), summed AS (
    SELECT guarantor_id, arg_max(ready.guarantor_kind, item_id) AS guarantor_kind,
           arg_max(struct_pack(name := name, line1 := line1, line2 := line2, city := city, state := state, zip := zip), (service_on, item_id)) AS address,
           count(*) AS lines, max(notices) + 1 AS notice_no, sum(due_cents) AS due_cents, coalesce(sum(due_cents) FILTER (notices > 0), 0) AS past_due_cents,
           sum(charge_cents) AS charge_cents, sum(insurance_cents) AS insurance_cents, sum(adjusted_cents) AS adjusted_cents, sum(patient_cents) AS patient_cents
    FROM ready GROUP BY 1
), planned AS (
    SELECT summed.*, plan.plan_id, CASE WHEN plan.plan_id IS NULL THEN summed.due_cents ELSE least(summed.due_cents, plan.asked_cents - plan.paid_cents) END AS pay_now_cents,
           CASE WHEN plan.plan_id IS NULL THEN summed.notice_no ELSE 0 END AS level_no
    FROM summed LEFT JOIN plan_now AS plan ON plan.guarantor_id = summed.guarantor_id AND plan.is_kept
)
SELECT short_id('S', concat_ws('|', planned.guarantor_id, CAST($today AS DATE), withdrawn.times)) AS statement_id, planned.* EXCLUDE (notice_no, level_no),
       level_no AS notice_no, level.level,
       term.months AS offer_months, (planned.due_cents + term.months - 1) // term.months AS offer_cents,
       replace(replace(replace(replace(level.text, '{due}', '$' || dollars(planned.due_cents)), '{past_due}', '$' || dollars(planned.past_due_cents)),
           '{pay_by}', strftime(CAST($pay_by AS DATE), '%B %-d, %Y')), '{phone}', $phone) AS message
FROM planned
JOIN statement_level AS level ON level.notice_no = level_no
LEFT JOIN last ON last.guarantor_id = planned.guarantor_id
LEFT JOIN statement_level AS waited ON waited.level = last.level
LEFT JOIN statement_term AS term ON plan_id IS NULL AND planned.due_cents >= term.from_cents AND planned.due_cents < term.to_cents
LEFT JOIN (
    SELECT guarantor_id, count(*) AS times FROM receivables.statement
    WHERE statement_on = CAST($today AS DATE) AND statement_id IN (SELECT statement_id FROM receivables.statement_withdrawn UNION SELECT statement_id FROM statement_stale)
    GROUP BY 1
) AS withdrawn ON withdrawn.guarantor_id = planned.guarantor_id
WHERE pay_now_cents > 0 AND (last.statement_on IS NULL OR CAST($today AS DATE) - last.statement_on >= coalesce(waited.wait_days, CAST($first_wait_days AS INTEGER)));

CREATE OR REPLACE TEMP TABLE statement_line_now AS
SELECT made.statement_id, row_number() OVER (PARTITION BY made.statement_id ORDER BY line.service_on, line.claim_id, line.charge_id) AS line_no, line.*,
       CASE WHEN made.plan_id IS NULL THEN line.notices + 1 ELSE 0 END AS notice_no, CAST($today AS DATE) - line.responsible_on AS responsible_days
FROM statement_now AS made JOIN line_ready AS line USING (guarantor_id) ANTI JOIN hold_now USING (item_id);
