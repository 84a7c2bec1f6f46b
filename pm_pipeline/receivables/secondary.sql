-- what the claim to the next payer says, for the claims of secondary_wanted (after due.sql); a reader is secondary.py

-- one row per wanted claim and turn up to the owing one: the coverage
CREATE OR REPLACE TEMP TABLE secondary_cover AS
SELECT chosen.claim_id, chosen.turn_no, coverage.*
FROM scrub.claim_turns('secondary_owed') AS chosen JOIN secondary_owed AS owed ON owed.claim_id = chosen.claim_id AND chosen.turn_no <= owed.turn_no
JOIN front_office.current_coverage AS coverage ON coverage.coverage_id = chosen.coverage_id;

-- one row per answer of an earlier turn that counts
CREATE OR REPLACE TEMP TABLE secondary_answer AS
SELECT counted.* FROM secondary_counted AS counted JOIN secondary_owed AS owed USING (claim_id) WHERE counted.turn_no < owed.turn_no;

-- one row per line of those answers, with the claim's line it speaks of (NULL: none)
CREATE OR REPLACE TEMP TABLE secondary_line AS
SELECT answer.claim_id, answer.turn_no, answer.effective_on, line.remit_line_id, ours.line_id, coalesce(line.procedure_code, ours.procedure_code) AS procedure_code,
       line.modifiers, coalesce(line.units, 1) AS units, line.paid_cents, answer.age, line.svc_no
FROM secondary_answer AS answer
JOIN remittance.line AS line USING (remit_claim_id)
LEFT JOIN posting.line_outcome AS placed ON placed.posting_key = answer.posting_key AND placed.remit_line_id = line.remit_line_id
LEFT JOIN scrub.claim_line AS ours ON ours.claim_id = answer.claim_id AND ours.charge_id = placed.charge_id;

-- one row per reason of those answers, numbered in the payer's own order
CREATE OR REPLACE TEMP TABLE secondary_adjustment AS
SELECT answer.claim_id, answer.turn_no, cas.remit_line_id, cas.group_code, cas.carc, cas.cents, cas.quantity,
       row_number() OVER (ORDER BY age, segment_no, len(adjustment_id), adjustment_id) AS place
FROM secondary_answer AS answer JOIN remittance.adjustment AS cas USING (remit_claim_id);

-- one row per wanted claim: the turn that owes, and the first reason why no claim can be made for it (NULL: none)
CREATE OR REPLACE TEMP TABLE secondary_claim AS
WITH earlier AS (
    SELECT claim_id, count(DISTINCT turn_no) AS turns, count(DISTINCT payer_id) AS payers FROM secondary_answer GROUP BY claim_id
), other_cover AS (
    -- turns whose payer, by the ledger or by what it answered, is not that of the coverage on record
    SELECT claim_id FROM (SELECT claim_id, turn_no, payer_id FROM secondary_owed UNION SELECT claim_id, turn_no, payer_id FROM secondary_answer) AS said
    LEFT JOIN secondary_cover AS cover USING (claim_id, turn_no)
    WHERE cover.payer_id IS DISTINCT FROM said.payer_id
), mixed AS (
    SELECT claim_id FROM secondary_answer GROUP BY claim_id, turn_no HAVING min(lines) = 0 AND max(lines) > 0
)
SELECT wanted.claim_id, owed.turn_no, claim.authorization_number,
       CASE WHEN claim.claim_id IS NULL THEN 'UNKNOWN'
            WHEN owed.is_in_flight THEN 'IN_FLIGHT'
            WHEN owed.claim_id IS NULL OR NOT EXISTS (
                SELECT 1 FROM receivables.open_work AS work WHERE work.kind = 'bill_secondary' AND work.claim_id = wanted.claim_id) THEN 'NOT_DUE'
            WHEN NOT list_contains($adjudicated, state.state) THEN 'SENT_AGAIN'
            WHEN EXISTS (SELECT 1 FROM posting.open_exception AS held WHERE held.claim_id = wanted.claim_id AND held.is_blocking) THEN 'ANSWER_HELD'
            WHEN NOT owed.has_answer AND EXISTS (SELECT 1 FROM posting.posting AS posted WHERE posted.claim_id = wanted.claim_id
                         AND posted.payer_turn = scrub.turn(owed.turn_no)) THEN 'TAKEN_BACK'
            WHEN coalesce(earlier.turns, 0) < owed.turn_no - 1 THEN 'NOT_ANSWERED'
            WHEN wanted.claim_id IN (SELECT claim_id FROM other_cover) THEN 'COVERAGE'
            WHEN earlier.payers < earlier.turns THEN 'SAME_PAYER'
            WHEN wanted.claim_id IN (SELECT claim_id FROM mixed) THEN 'SPLIT'
            WHEN EXISTS (SELECT 1 FROM secondary_line AS line WHERE line.claim_id = wanted.claim_id AND line.line_id IS NULL) THEN 'LINE_UNMATCHED'
       END AS refusal
FROM (SELECT DISTINCT claim_id FROM secondary_wanted) AS wanted
LEFT JOIN scrub.claim AS claim USING (claim_id)
LEFT JOIN scrub.claim_state AS state USING (claim_id)
LEFT JOIN secondary_owed AS owed USING (claim_id)
LEFT JOIN earlier USING (claim_id);

-- for submission/fill.sql: an original, or a replacement of what this payer has answered; the authorization is the first payer's
CREATE OR REPLACE TEMP TABLE submission_chosen AS
SELECT claim_id, CAST(NULL AS BIGINT) AS seq, CAST(NULL AS INTEGER) AS version, CASE WHEN owed.has_answer THEN '7' ELSE '1' END AS frequency,
       CASE WHEN owed.has_answer THEN owed.payer_claim_number END AS payer_claim_number, cover.payer_id,
       scrub.turn(turn_no) AS payer_turn, cover.coverage_id, CAST(NULL AS VARCHAR) AS authorization_number
FROM secondary_claim AS claim JOIN secondary_cover AS cover USING (claim_id, turn_no) JOIN secondary_owed AS owed USING (claim_id, turn_no)
WHERE claim.refusal IS NULL;

-- one row per claim made: what its payer's answers and what was sent before say of it
CREATE OR REPLACE TEMP TABLE secondary_before AS
SELECT owed.claim_id, scrub.turn(owed.turn_no) AS payer_turn, owed.basis, (
           SELECT count(*) FROM posting.posting AS posted WHERE posted.claim_id = owed.claim_id AND posted.kind IN ('post', 'release') AND posted.reverses IS NULL
             AND posted.payer_turn = scrub.turn(owed.turn_no)) AS answered,
       sent.content_hash AS rejected_hash, sent.detail AS rejected_with
FROM secondary_owed AS owed SEMI JOIN submission_chosen USING (claim_id)
LEFT JOIN secondary_sent AS sent ON sent.claim_id = owed.claim_id AND sent.turn_no = owed.turn_no AND sent.is_newest AND sent.state = 'rejected';
