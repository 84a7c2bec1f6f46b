-- where each claim stands

-- one row per state that a payer's posted answer puts a claim into
CREATE OR REPLACE TEMP TABLE scrub_answered AS
SELECT state FROM scrub_state_group WHERE state_group = 'adjudicated' AND state <> 'suspended';

-- one row per claim with a diary: where it stands, how often it was sent, and what was last written. sent_on: on and after that day
-- it counts as sent; here whatever was sent does
CREATE OR REPLACE TEMP TABLE scrub_standing AS
SELECT claim_id, max(version) AS version, max(seq) AS seq,
       arg_max(state, seq) AS state, arg_max(kind, seq) AS last_kind, arg_max(coalesce(detail, ''), seq) AS last_detail,
       count(*) FILTER (kind = 'prepared') AS submissions, CASE WHEN bool_or(kind = 'prepared') THEN DATE '-infinity' END AS sent_on,
       -- a payer's answer may be recorded without moving the state, so its kind counts too; one that waits in suspense says
       -- nothing yet of a claim that nobody sent
       bool_or(kind IN (SELECT state FROM scrub_answered) OR state IN (SELECT state FROM scrub_answered))
           OR count(*) FILTER (kind = 'prepared') > 0 AND bool_or(kind = 'suspended') AS was_adjudicated,
       coalesce(max(seq) FILTER (kind = 'charges_changed') > max(seq) FILTER (kind IN ('built', 'reopen')), false) AS is_waiting
FROM scrub.claim_event
GROUP BY claim_id;

-- one row per claim billed to the patient that has left: money has moved on it since, or a statement of it was sent. What people decided
-- about it before counts no more
CREATE OR REPLACE TEMP TABLE scrub_patient_billed AS
SELECT claim_id, min(because) AS because
FROM (
    SELECT claim_id, 'money has moved on it' AS because FROM ledger.entry WHERE entry_kind NOT IN ('charge', 'responsibility')
    UNION ALL
    SELECT claim_id, 'a statement of it was sent' FROM receivables.statement_line SEMI JOIN receivables.statement_filed USING (statement_id)
)
SEMI JOIN (SELECT claim_id FROM scrub_standing WHERE state = 'self_pay') USING (claim_id)
GROUP BY claim_id;
