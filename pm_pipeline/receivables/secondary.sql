-- what the claim to the next payer says, for the claims of secondary_wanted; a reader is secondary.py

-- one row per answer of a payer to a wanted claim that was not taken back
CREATE OR REPLACE TEMP TABLE secondary_standing AS
SELECT posted.claim_id, list_position(['primary', 'secondary', 'tertiary'], posted.payer_turn) AS turn_no, posted.posting_key, posted.generation,
       posted.remit_claim_id, pay.payer_id, pay.effective_on, clp.charge_cents, clp.paid_cents, clp.payer_claim_number, clp.remark_codes, clp.lines
FROM posting.posting AS posted
JOIN remittance.claim AS clp USING (remit_claim_id)
JOIN remittance.current_payment AS pay ON pay.payment_id = clp.payment_id
WHERE posted.claim_id IN (SELECT claim_id FROM secondary_wanted) AND posted.kind IN ('post', 'release') AND posted.reverses IS NULL
  AND posted.payer_turn IS NOT NULL  -- not an estimate
  AND NOT EXISTS (SELECT 1 FROM posting.posting AS later WHERE later.reverses = posted.posting_key);

-- one row per wanted claim with a balance of a later payer that has not answered (as in work.sql): the first such turn
CREATE OR REPLACE TEMP TABLE secondary_owed AS
SELECT claim_id, turn_no, arg_max(payer_id, (effective_on, batch_no)) FILTER (cents > 0) AS payer_id
FROM (
    SELECT claim_id, list_position(['primary', 'secondary', 'tertiary'], sub_account) AS turn_no, payer_id, cents, effective_on, batch_no
    FROM ledger.entry
    WHERE account = 'AR' AND sub_account IN ('secondary', 'tertiary') AND claim_id IN (SELECT claim_id FROM secondary_wanted)
) ANTI JOIN secondary_standing USING (claim_id, turn_no)
GROUP BY claim_id, turn_no HAVING sum(cents) > 0
QUALIFY row_number() OVER (PARTITION BY claim_id ORDER BY turn_no) = 1;

-- one row per wanted claim and turn up to the owing one: the coverage. The third is the first in force beside the claim's two.
CREATE OR REPLACE TEMP TABLE secondary_cover AS
WITH chosen AS (
    SELECT claim_id, 1 AS turn_no, coverage_id FROM scrub.claim SEMI JOIN secondary_owed USING (claim_id)
    UNION ALL
    SELECT claim_id, 2, next_coverage_id FROM scrub.claim SEMI JOIN secondary_owed USING (claim_id)
    UNION ALL
    SELECT claim.claim_id, 3, coverage.coverage_id
    FROM scrub.claim AS claim SEMI JOIN secondary_owed USING (claim_id)
    JOIN front_office.current_coverage AS coverage
      ON coverage.patient_id = claim.patient_id AND claim.dos_from BETWEEN coverage.effective_from AND coalesce(coverage.effective_to, claim.dos_from)
     AND coverage.coverage_id IS DISTINCT FROM claim.coverage_id AND coverage.coverage_id IS DISTINCT FROM claim.next_coverage_id
    QUALIFY row_number() OVER (PARTITION BY claim.claim_id ORDER BY coverage.cob_order, coverage.effective_from DESC, coverage.coverage_id) = 1
)
SELECT chosen.claim_id, chosen.turn_no, coverage.*
FROM chosen JOIN secondary_owed AS owed ON owed.claim_id = chosen.claim_id AND chosen.turn_no <= owed.turn_no
JOIN front_office.current_coverage AS coverage ON coverage.coverage_id = chosen.coverage_id;

-- one row per answer that counts: of each earlier turn the newest; when that speaks of a part of the claim only (a payer
-- may split a claim), every answer that stands
CREATE OR REPLACE TEMP TABLE secondary_answer AS
WITH ranked AS (
    SELECT standing.*, row_number() OVER (PARTITION BY claim_id, standing.turn_no ORDER BY effective_on DESC, generation DESC, posting_key DESC) AS age
    FROM secondary_standing AS standing JOIN secondary_owed AS owed USING (claim_id)
    WHERE standing.turn_no < owed.turn_no
)
SELECT ranked.* FROM ranked JOIN scrub.claim AS claim USING (claim_id)
QUALIFY age = 1 OR max(ranked.charge_cents) FILTER (age = 1) OVER (PARTITION BY claim_id, turn_no) < claim.charge_cents;

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
            WHEN owed.claim_id IS NULL OR NOT EXISTS (
                SELECT 1 FROM receivables.open_work AS work WHERE work.kind = 'bill_secondary' AND work.claim_id = wanted.claim_id) THEN 'NOT_DUE'
            WHEN NOT list_contains($adjudicated, state.state) THEN 'SENT_AGAIN'
            WHEN EXISTS (SELECT 1 FROM posting.open_exception AS held WHERE held.claim_id = wanted.claim_id AND held.is_blocking) THEN 'ANSWER_HELD'
            WHEN EXISTS (SELECT 1 FROM posting.posting AS posted WHERE posted.claim_id = wanted.claim_id
                         AND posted.payer_turn = ['primary', 'secondary', 'tertiary'][owed.turn_no]) THEN 'TAKEN_BACK'
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

-- for submission/fill.sql: always an original, for this payer has not seen the claim; the authorization is the first payer's
CREATE OR REPLACE TEMP TABLE submission_chosen AS
SELECT claim_id, CAST(NULL AS BIGINT) AS seq, CAST(NULL AS INTEGER) AS version, '1' AS frequency, CAST(NULL AS VARCHAR) AS payer_claim_number,
       cover.payer_id, ['primary', 'secondary', 'tertiary'][turn_no] AS payer_turn, cover.coverage_id, CAST(NULL AS VARCHAR) AS authorization_number
FROM secondary_claim AS claim JOIN secondary_cover AS cover USING (claim_id, turn_no)
WHERE claim.refusal IS NULL;
