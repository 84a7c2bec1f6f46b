-- which of the claims of secondary_wanted are due to a payer after the first, and since when; readers are work.sql and secondary.sql

-- one row per answer of a payer to a wanted claim that was not taken back
CREATE OR REPLACE TEMP TABLE secondary_standing AS
SELECT posted.*, clp.charge_cents, clp.paid_cents, clp.payer_claim_number, clp.remark_codes, clp.lines,
       clp.status IN ('19', '20', '21') OR clp.forwarded_to IS NOT NULL OR list_has_any(clp.remark_codes, ['MA18', 'N89', 'MA07']) AS was_forwarded
FROM receivables.standing('secondary_wanted') AS posted JOIN remittance.claim AS clp USING (remit_claim_id);

-- one row per answer that counts: of each turn the newest; when that speaks of a part of the claim only (a payer may split a
-- claim), every answer that stands
CREATE OR REPLACE TEMP TABLE secondary_counted AS
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY claim_id, turn_no ORDER BY effective_on DESC, generation DESC, posting_key DESC) AS age FROM secondary_standing
)
SELECT ranked.* FROM ranked JOIN scrub.claim AS claim USING (claim_id)
QUALIFY age = 1 OR max(ranked.charge_cents) FILTER (age = 1) OVER (PARTITION BY claim_id, turn_no) < claim.charge_cents;

-- one row per claim, later turn and version sent; an answer beyond those on the books when it was made answers it
CREATE OR REPLACE TEMP TABLE secondary_sent AS
SELECT sent.*, scrub.turn_no(payer_turn) AS turn_no, coalesce(said.answers, 0) > sent.answered AS is_answered,
       row_number() OVER (PARTITION BY claim_id, payer_turn ORDER BY version DESC) = 1 AS is_newest
FROM submission.later_state AS sent
LEFT JOIN (
    SELECT claim_id, payer_turn, count(*) AS answers FROM posting.posting
    WHERE kind IN ('post', 'release') AND reverses IS NULL AND payer_turn IS NOT NULL AND claim_id IN (SELECT claim_id FROM secondary_wanted) GROUP BY ALL
) AS said USING (claim_id, payer_turn)
WHERE claim_id IN (SELECT claim_id FROM secondary_wanted);

-- one row per wanted claim with something to say to a later payer, or something said that waits for its answer: the first such
-- turn, for what it says goes into the claim to the one after it. Due is an original when the payer owes and no answer of it
-- stands; a replacement when its answer stands and an earlier payer's answers are not those the claim to it stated.
CREATE OR REPLACE TEMP TABLE secondary_owed AS
WITH balance AS (
    SELECT * FROM receivables.later_turns('secondary_wanted')
), sent AS (
    SELECT claim_id, turn_no, max(payer_id) FILTER (is_newest) AS sent_to, bool_or(is_newest AND state <> 'rejected' AND NOT is_answered) AS is_in_flight,
           arg_max(basis, version) FILTER (state <> 'rejected' OR is_answered) AS stated
    FROM secondary_sent GROUP BY claim_id, turn_no
), basis AS (
    SELECT claim_id, later.turn_no, short_id('B', string_agg(concat(counted.turn_no, ':', remit_claim_id), ' ' ORDER BY counted.turn_no, remit_claim_id)) AS basis,
           count(DISTINCT counted.turn_no) AS turns
    FROM secondary_counted AS counted JOIN (SELECT unnest([2, 3]) AS turn_no) AS later ON counted.turn_no < later.turn_no
    GROUP BY claim_id, later.turn_no
), answered AS (
    SELECT claim_id, turn_no, arg_max(payer_claim_number, (effective_on, generation, posting_key)) AS payer_claim_number, count(*) AS standing
    FROM secondary_standing GROUP BY claim_id, turn_no
), turn AS (
    SELECT claim_id, turn_no, coalesce(balance.payer_id, sent.sent_to) AS payer_id, coalesce(balance.cents, 0) AS cents, basis.basis,
           answered.payer_claim_number, answered.claim_id IS NOT NULL AS has_answer, coalesce(sent.is_in_flight, false) AS is_in_flight,
           coalesce(balance.cents, 0) > 0 AND NOT has_answer AS wants_answer,
           has_answer AND sent.stated IS NOT NULL AND coalesce(basis.turns, 0) = turn_no - 1 AND sent.stated <> basis.basis AS wants_replacement,
           balance.since
    FROM balance FULL JOIN sent USING (claim_id, turn_no)
    LEFT JOIN basis USING (claim_id, turn_no) LEFT JOIN answered USING (claim_id, turn_no)
)
SELECT * FROM turn
WHERE is_in_flight OR wants_answer OR wants_replacement
QUALIFY row_number() OVER (PARTITION BY claim_id ORDER BY turn_no) = 1;
