-- tie pending remittance claims to our claims, payers' turns and charge lines

-- one row per payer claim number that names exactly one claim of ours, from 277CA answers and posted remittances
CREATE OR REPLACE TEMP TABLE known_payer_number AS
SELECT payer_id, payer_claim_number, any_value(claim_id) AS claim_id
FROM (
    SELECT DISTINCT coalesce(later.payer_id, claim.payer_id) AS payer_id, said.payer_claim_number, said.claim_id
    FROM acknowledgments.claim_status AS said JOIN scrub.claim AS claim USING (claim_id)
    LEFT JOIN submission.later_claim AS later ON later.claim_id = said.claim_id AND later.st02 = said.st02
    WHERE said.payer_claim_number IS NOT NULL
    UNION
    SELECT DISTINCT pay.payer_id, clp.payer_claim_number, posted.claim_id
    FROM posting.posting AS posted JOIN remittance.claim AS clp USING (remit_claim_id) JOIN remittance.current_payment AS pay ON pay.payment_id = clp.payment_id
    WHERE posted.claim_id IS NOT NULL AND clp.payer_claim_number IS NOT NULL
)
WHERE payer_claim_number IN (SELECT payer_claim_number FROM pending UNION SELECT original_payer_claim_number FROM pending)
GROUP BY ALL HAVING count(DISTINCT claim_id) = 1;

-- one row per pending claim we know: as a person said, else by CLM01, else by the payer's own number. What a person took back from
-- a claim only a person matches again
CREATE OR REPLACE TEMP TABLE matched AS
SELECT pending.remit_claim_id, coalesce(person.target, by_id.claim_id, by_number.claim_id, by_original.claim_id) AS claim_id,
       CASE WHEN person.target IS NOT NULL THEN 'person' WHEN by_id.claim_id IS NOT NULL THEN 'claim_id' ELSE 'payer_claim_number' END AS match_by
FROM pending
LEFT JOIN said AS person ON person.remit_claim_id = pending.remit_claim_id AND person.action = 'match'
LEFT JOIN scrub.claim AS by_id ON by_id.claim_id = pending.clp01 AND pending.attempt = 1
LEFT JOIN known_payer_number AS by_number ON by_number.payer_id = pending.payer_id AND by_number.payer_claim_number = pending.payer_claim_number AND pending.attempt = 1
LEFT JOIN known_payer_number AS by_original
  ON by_original.payer_id = pending.payer_id AND by_original.payer_claim_number = pending.original_payer_claim_number AND pending.attempt = 1
WHERE coalesce(person.target, by_id.claim_id, by_number.claim_id, by_original.claim_id) IS NOT NULL;

-- or by what only one claim of ours has: the payer's member id, first service date, total charge, and rendering provider where
-- the payer names one. A name is never looked at, and of two that fit neither is taken
INSERT INTO matched
SELECT subject.remit_claim_id, any_value(claim.claim_id), 'composite'
FROM pending
JOIN remittance.claim_subject AS subject USING (remit_claim_id)
JOIN front_office.current_coverage AS coverage ON coverage.member_id = subject.member_id AND coverage.payer_id = pending.payer_id
JOIN scrub.claim AS claim ON coverage.coverage_id IN (claim.coverage_id, claim.next_coverage_id)
 AND claim.dos_from = subject.dos_from AND claim.charge_cents = abs(pending.charge_cents)
LEFT JOIN front_office.current_provider AS provider ON provider.provider_id = claim.provider_id
WHERE pending.attempt = 1 AND pending.remit_claim_id NOT IN (SELECT remit_claim_id FROM matched) AND (subject.rendering_npi IS NULL OR subject.rendering_npi = provider.npi)
GROUP BY subject.remit_claim_id HAVING count(DISTINCT claim.claim_id) = 1;

-- one row per matched claim and payer: whose turn the payer is, and who is responsible after it
CREATE OR REPLACE TEMP TABLE party AS
SELECT claim_id, payer_id, turn_no, scrub.turn(turn_no) AS turn,
       coalesce(scrub.turn(lead(turn_no) OVER by_turn), 'patient') AS next_turn, lead(payer_id) OVER by_turn AS next_payer_id
FROM scrub.claim_turns('matched') WINDOW by_turn AS (PARTITION BY claim_id ORDER BY turn_no);

-- one row per matched remittance claim whose payer covers the patient: the turn it answers in. A payer that covers the
-- patient twice says by CLP02 as which of the two it answers (1, 19 first; 2, 20 second; 3, 21 third).
CREATE OR REPLACE TEMP TABLE answering AS
WITH answer AS MATERIALIZED (  -- first, or every claim of a payer would meet every other of it
    SELECT matched.remit_claim_id, claim_id, payer_id, status FROM matched JOIN pending USING (remit_claim_id)
)
SELECT remit_claim_id, turn_no, turn, next_turn, next_payer_id
FROM answer JOIN party USING (claim_id, payer_id)
QUALIFY row_number() OVER (PARTITION BY remit_claim_id ORDER BY
    turn_no <> CASE WHEN status IN ('2', '20') THEN 2 WHEN status IN ('3', '21') THEN 3 ELSE 1 END, turn_no) = 1;

-- or a person said in which turn it answers
DELETE FROM answering WHERE remit_claim_id IN (SELECT remit_claim_id FROM said WHERE action = 'turn');
INSERT INTO answering
SELECT matched.remit_claim_id, scrub.turn_no(said.target), said.target, coalesce(arg_min(next.turn, next.turn_no), 'patient'),
       arg_min(next.payer_id, next.turn_no)
FROM said JOIN matched USING (remit_claim_id)
LEFT JOIN party AS next ON next.claim_id = matched.claim_id AND next.turn_no > scrub.turn_no(said.target)
WHERE said.action = 'turn'
GROUP BY matched.remit_claim_id, said.target;

-- one row per line that posted on its claim as a whole: its charge may have become known since
CREATE OR REPLACE TEMP TABLE unplaced AS
SELECT open.exception_id, outcome.remit_line_id, outcome.remit_claim_id, outcome.posting_key, posted.claim_id
FROM posting.open_exception AS open
JOIN posting.line_outcome AS outcome ON outcome.remit_line_id = open.item_id AND outcome.outcome <> 'held' AND outcome.charge_id IS NULL
JOIN posting.posting AS posted USING (posting_key)
WHERE open.code = 'LINE_UNMATCHED' AND NOT EXISTS (SELECT 1 FROM posting.posting AS later WHERE later.reverses = posted.posting_key);

-- one row per remittance line of a matched claim, with its charge: by REF*6R, else by unique content
CREATE OR REPLACE TEMP TABLE matched_line AS
WITH looked_at AS (
    SELECT remit_claim_id, claim_id FROM matched UNION SELECT remit_claim_id, claim_id FROM unplaced
), ours AS (
    SELECT claim_id, charge_id, line_id, procedure_code, list_sort(modifiers) AS modifiers, dos_from, charge_cents, provider_id
    FROM charges.charge WHERE action <> 'void' AND claim_id IN (SELECT claim_id FROM looked_at)
), theirs AS (
    SELECT line.remit_line_id, line.remit_claim_id, looked_at.claim_id, line.line_id, coalesce(line.original_procedure, line.procedure_code) AS procedure_code,
           list_sort(line.modifiers) AS modifiers, line.dos_from, abs(line.charge_cents) AS charge_cents
    FROM remittance.line AS line JOIN looked_at USING (remit_claim_id)
), by_id AS (
    SELECT theirs.remit_line_id, theirs.remit_claim_id, ours.charge_id
    FROM theirs JOIN ours ON ours.claim_id = theirs.claim_id AND ours.line_id = theirs.line_id
), by_content AS (
    -- a charge that another line of the claim names is not looked at
    SELECT theirs.remit_line_id, any_value(ours.charge_id) AS charge_id
    FROM theirs JOIN charges.active_charge AS ours
      ON ours.claim_id = theirs.claim_id AND ours.procedure_code = theirs.procedure_code AND list_sort(ours.modifiers) = theirs.modifiers
     AND ours.charge_cents = theirs.charge_cents AND (theirs.dos_from IS NULL OR theirs.dos_from = ours.dos_from)
    ANTI JOIN by_id AS named ON named.remit_claim_id = theirs.remit_claim_id AND named.charge_id = ours.charge_id
    WHERE theirs.remit_line_id NOT IN (SELECT remit_line_id FROM by_id)
    GROUP BY 1 HAVING count(*) = 1
)
SELECT theirs.remit_line_id, theirs.remit_claim_id, theirs.claim_id, coalesce(by_id.charge_id, by_content.charge_id) AS charge_id,
       CASE WHEN by_id.charge_id IS NOT NULL THEN 'line_id' WHEN by_content.charge_id IS NOT NULL THEN 'content' ELSE 'claim' END AS match_by
FROM theirs
LEFT JOIN by_id ON by_id.remit_line_id = theirs.remit_line_id
LEFT JOIN by_content ON by_content.remit_line_id = theirs.remit_line_id
-- two remittance lines of one claim that fit one charge by content alone fit neither
QUALIFY by_content.charge_id IS NULL
     OR count(*) OVER (PARTITION BY theirs.remit_claim_id, by_content.charge_id) = 1;

-- the lines the rule above left out belong to the claim as a whole
INSERT INTO matched_line
SELECT line.remit_line_id, line.remit_claim_id, matched.claim_id, NULL, 'claim'
FROM remittance.line AS line JOIN matched USING (remit_claim_id)
WHERE line.remit_line_id NOT IN (SELECT remit_line_id FROM matched_line);
