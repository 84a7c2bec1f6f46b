-- the payers' turns and charge lines of the matched claims

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

-- one row per line that posted on its claim as a whole, taken back since or not: its charge may have become known since (placing.sql)
CREATE OR REPLACE TEMP TABLE unplaced AS
SELECT open.exception_id, outcome.remit_line_id, outcome.remit_claim_id, outcome.posting_key, posted.attempt, posted.claim_id
FROM posting.open_exception AS open
JOIN posting.line_outcome AS outcome ON outcome.remit_line_id = open.item_id AND outcome.outcome <> 'held' AND outcome.charge_id IS NULL
JOIN posting.posting AS posted USING (posting_key)
WHERE open.code = 'LINE_UNMATCHED';

-- one row per remittance line of a matched claim, with its charge (who rendered it, and when): by REF*6R
CREATE OR REPLACE TEMP TABLE matched_line AS
SELECT line.remit_line_id, line.remit_claim_id, matched.claim_id, line.paid_cents, line.segment_no, ours.charge_id, ours.provider_id, ours.dos_from,
       CASE WHEN ours.charge_id IS NOT NULL THEN 'line_id' ELSE 'claim' END AS match_by
FROM remittance.line AS line
JOIN (SELECT remit_claim_id, claim_id FROM matched UNION SELECT remit_claim_id, claim_id FROM unplaced) AS matched USING (remit_claim_id)
LEFT JOIN charges.charge AS ours ON ours.line_id = line.line_id AND ours.claim_id = matched.claim_id AND ours.action <> 'void';

-- else by content that one charge alone has, of those that no other line names; what is left belongs to the claim as a whole. Two
-- remittance lines of one claim that fit one charge by content fit neither; one that names a charge of ours that is yet to come
-- (a correction of the charge it looks like, most often) waits for that charge on its claim
UPDATE matched_line SET charge_id = found.charge_id, provider_id = found.provider_id, dos_from = found.dos_from, match_by = 'content'
FROM (
    WITH lost AS (
        SELECT remit_claim_id, any_value(claim_id) AS claim_id FROM matched_line WHERE charge_id IS NULL GROUP BY 1
    ), theirs AS (
        SELECT line.remit_line_id, line.remit_claim_id, lost.claim_id, coalesce(line.original_procedure, line.procedure_code) AS procedure_code,
               list_sort(line.modifiers) AS modifiers, line.dos_from, abs(line.charge_cents) AS charge_cents
        FROM remittance.line AS line JOIN lost USING (remit_claim_id)
        WHERE line.remit_line_id IN (SELECT remit_line_id FROM matched_line WHERE charge_id IS NULL)
          AND (charges.is_line_id(line.line_id) AND line.line_id NOT IN (SELECT line_id FROM charges.charge)) IS NOT TRUE
    ), ours AS (
        SELECT *, list_sort(modifiers) AS sorted FROM charges.active_charge SEMI JOIN lost USING (claim_id)
    ), fitting AS (
        SELECT theirs.remit_line_id, any_value(theirs.remit_claim_id) AS remit_claim_id, any_value(ours.charge_id) AS charge_id,
               any_value(ours.provider_id) AS provider_id, any_value(ours.dos_from) AS dos_from
        FROM theirs JOIN ours
          ON ours.claim_id = theirs.claim_id AND ours.procedure_code = theirs.procedure_code AND ours.sorted = theirs.modifiers
         AND ours.charge_cents = theirs.charge_cents AND (theirs.dos_from IS NULL OR theirs.dos_from = ours.dos_from)
        ANTI JOIN matched_line AS named ON named.remit_claim_id = theirs.remit_claim_id AND named.charge_id = ours.charge_id
        GROUP BY 1 HAVING count(*) = 1
    )
    SELECT * FROM fitting QUALIFY count(*) OVER (PARTITION BY remit_claim_id, charge_id) = 1
) AS found
WHERE found.remit_line_id = matched_line.remit_line_id AND matched_line.charge_id IS NULL;
