-- what the system proposes for one open exception ($exception_id), the likeliest first: an action, what it names, and why.
-- Nothing here acts, and nothing goes by a name: amounts, dates, codes and numbers only
WITH item AS (
    SELECT * FROM posting.open_exception WHERE exception_id = $exception_id
), remit AS (
    SELECT item.code, item.item_id, clp.*, pay.payer_id, pay.effective_on FROM item
    JOIN remittance.claim AS clp ON clp.remit_claim_id = item.remit_claim_id
    JOIN remittance.current_payment AS pay ON pay.payment_id = clp.payment_id
), ours AS (
    -- claims this payer may be answering
    SELECT remit.remit_claim_id, claim.claim_id, claim.charge_cents = abs(remit.charge_cents) AS same_charge,
           length(remit.clp01) >= 6 AND starts_with(claim.claim_id, remit.clp01) AS same_beginning
    FROM remit JOIN scrub.claim AS claim ON remit.payer_id IN (claim.payer_id, claim.next_payer_id)
    WHERE remit.code IN ('CLAIM_UNMATCHED', 'PAYER_NOT_ON_CLAIM')
      AND claim.claim_id NOT IN (SELECT undo.claim_id FROM posting.unposting AS undo WHERE undo.remit_claim_id = remit.remit_claim_id)
), fitting AS (
    -- and how many of the remittance's lines each has, by procedure, date and amount
    SELECT ours.claim_id, count(DISTINCT line.remit_line_id) AS lines
    FROM ours
    JOIN remittance.line AS line USING (remit_claim_id)
    JOIN charges.active_charge AS charge ON charge.claim_id = ours.claim_id AND charge.charge_cents = abs(line.charge_cents)
     AND charge.procedure_code = coalesce(line.original_procedure, line.procedure_code) AND charge.dos_from = line.dos_from
    GROUP BY 1
), matches AS (
    SELECT 'match' AS action, ours.claim_id AS target, NULL AS decision, NULL AS account, NULL AS adjustment_id,
           coalesce(fitting.lines, 0) * 10 + CASE WHEN same_charge THEN 5 ELSE 0 END + CASE WHEN same_beginning THEN 20 ELSE 0 END
             - CASE WHEN answered.claim_id IS NOT NULL THEN 4 ELSE 0 END AS weight,
           concat_ws(', ', 'this payer covers it', concat(coalesce(fitting.lines, 0), ' of ', remit.lines, ' lines have its procedure, date and charge'),
               CASE WHEN same_charge THEN 'the total charge is the same' END, CASE WHEN same_beginning THEN 'its id begins with CLP01' END,
               CASE WHEN answered.claim_id IS NOT NULL THEN 'but this payer has answered it before' END) AS because
    FROM ours JOIN remit USING (remit_claim_id) LEFT JOIN fitting USING (claim_id)
    LEFT JOIN (
        SELECT DISTINCT posted.claim_id, pay.payer_id FROM posting.posting AS posted JOIN remittance.current_payment AS pay USING (payment_id)
        WHERE posted.kind IN ('post', 'release') AND posted.reverses IS NULL
          AND NOT EXISTS (SELECT 1 FROM posting.posting AS later WHERE later.reverses = posted.posting_key)
    ) AS answered ON answered.claim_id = ours.claim_id AND answered.payer_id = remit.payer_id
    WHERE fitting.lines > 0 OR same_beginning OR (same_charge AND remit.lines = 0)
), turns AS (
    SELECT 'turn', CASE WHEN status IN ('2', '20') THEN 'secondary' WHEN status IN ('3', '21') THEN 'tertiary' ELSE 'primary' END, NULL, NULL, NULL, 5,
           concat('CLP02 ', status, ' says so')
    FROM remit WHERE code = 'PAYER_NOT_ON_CLAIM'
), originals AS (
    SELECT 'reverse', posted.remit_claim_id, NULL, NULL, NULL,
           CASE WHEN clp.payer_claim_number IN (remit.payer_claim_number, remit.original_payer_claim_number) THEN 20 ELSE 0 END
             + CASE WHEN posted.claim_id = remit.clp01 THEN 10 ELSE 0 END,
           concat_ws(', ', concat('it paid ', dollars(clp.paid_cents), ' on ', pay.effective_on), CASE WHEN posted.claim_id = remit.clp01 THEN 'on the same claim' END,
               CASE WHEN clp.payer_claim_number IN (remit.payer_claim_number, remit.original_payer_claim_number) THEN 'under the same payer claim number' END)
    FROM remit
    JOIN posting.posting AS posted ON posted.paid_cents = -remit.paid_cents AND posted.kind IN ('post', 'release') AND posted.reverses IS NULL
    JOIN remittance.claim AS clp ON clp.remit_claim_id = posted.remit_claim_id AND clp.status NOT IN ('22', '25')
    JOIN remittance.current_payment AS pay ON pay.payment_id = clp.payment_id AND pay.payer_id = remit.payer_id
    WHERE remit.code IN ('ORPHAN_REVERSAL', 'REVERSAL_MISMATCH', 'NEGATIVE_PAYMENT') AND posted.remit_claim_id <> remit.remit_claim_id
      AND (posted.claim_id = remit.clp01 OR clp.payer_claim_number IN (remit.payer_claim_number, remit.original_payer_claim_number))
      AND NOT EXISTS (SELECT 1 FROM posting.posting AS later WHERE later.reverses = posted.posting_key)
), held AS (
    -- adjustments that no decision was made of, and what was decided of the same group and code before
    SELECT cas.adjustment_id, cas.group_code, cas.carc, cas.cents, remit.code, remit.payer_id, code.category, coalesce(code.denial, '') AS denial
    FROM remit JOIN remittance.adjustment AS cas USING (remit_claim_id) LEFT JOIN codes.carc AS code ON code.carc = cas.carc
    WHERE remit.code IN ('UNMAPPED_CARC', 'POLICY_HOLD', 'NEGATIVE_ADJUSTMENT', 'PATIENT_BLOCKED')
      AND contains((SELECT evidence FROM item), concat(cas.group_code, '-', cas.carc, ' ', cas.cents, ' cents at segment ', cas.segment_no))
), before AS (
    SELECT * FROM (
        SELECT held.adjustment_id, decision.action, decision.account, count(*) AS times
        FROM held JOIN remittance.adjustment AS cas USING (group_code, carc) JOIN posting.decision ON decision.adjustment_id = cas.adjustment_id
        WHERE decision.action IN ('write_off', 'transfer', 'deny', 'memo') GROUP BY ALL
    ) QUALIFY row_number() OVER (PARTITION BY adjustment_id ORDER BY times DESC, action) = 1
), decisions AS (
    SELECT 'decide', NULL, before.action, before.account, held.adjustment_id, 10, concat(group_code, '-', carc, ' was decided so ', before.times, ' times')
    FROM held JOIN before USING (adjustment_id) WHERE NOT (held.code = 'PATIENT_BLOCKED' AND before.action = 'transfer')
    UNION ALL
    SELECT 'decide', NULL, CASE WHEN denial IN ('Y', 'C') OR held.code = 'PATIENT_BLOCKED' THEN 'deny' WHEN group_code = 'PR' THEN 'transfer' ELSE 'write_off' END,
           CASE WHEN denial NOT IN ('Y', 'C') AND held.code <> 'PATIENT_BLOCKED' AND group_code <> 'PR' THEN 'CONTRACTUAL:contract' END, held.adjustment_id, 5,
           CASE WHEN held.code = 'PATIENT_BLOCKED' THEN 'the balance stays with the payer until somebody works the denial'
                WHEN denial IN ('Y', 'C') THEN concat('codes/carc.csv calls ', carc, ' a denial (', held.category, ')')
                WHEN group_code = 'PR' THEN 'PR: the patient''s share'
                ELSE concat(group_code, ': not the patient''s, and no denial by codes/carc.csv') END
    FROM held WHERE held.code <> 'NEGATIVE_ADJUSTMENT'
), places AS (
    SELECT 'place', charge.charge_id, NULL, NULL, NULL,
           CASE WHEN charge.charge_cents = abs(line.charge_cents) THEN 10 ELSE 0 END + CASE WHEN charge.procedure_code = line.procedure_code THEN 5 ELSE 0 END
             + CASE WHEN charge.dos_from = line.dos_from THEN 3 ELSE 0 END,
           concat_ws(', ', 'no line of this answer speaks of it', CASE WHEN charge.charge_cents = abs(line.charge_cents) THEN 'the same charge' END,
               CASE WHEN charge.procedure_code = line.procedure_code THEN 'the same procedure' END, CASE WHEN charge.dos_from = line.dos_from THEN 'the same date' END)
    FROM item JOIN remittance.line AS line ON line.remit_line_id = item.item_id
    JOIN charges.active_charge AS charge ON charge.claim_id = item.claim_id
    WHERE item.code = 'LINE_UNMATCHED' AND charge.charge_id NOT IN (
        SELECT charge_id FROM posting.line_outcome AS other WHERE other.remit_claim_id = item.remit_claim_id AND other.charge_id IS NOT NULL)
), anyway AS (
    SELECT 'post', NULL, NULL, NULL, NULL, 0,
           CASE code WHEN 'PRIOR_PAYER_PENDING' THEN 'only when the payer before will not answer' ELSE 'only when it takes back nothing we posted' END
    FROM item WHERE code IN ('PRIOR_PAYER_PENDING', 'NEGATIVE_PAYMENT')
)
SELECT action, target, decision, account, adjustment_id, because
FROM (FROM matches UNION ALL FROM turns UNION ALL FROM originals UNION ALL FROM decisions UNION ALL FROM places UNION ALL FROM anyway)
ORDER BY weight DESC, action, target, adjustment_id, decision
LIMIT 5;
