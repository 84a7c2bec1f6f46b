-- one row per remittance claim that is not posted: new ones, and those in suspense
CREATE OR REPLACE TEMP TABLE pending AS
SELECT clp.remit_claim_id, clp.payment_id, clp.clp_no, clp.file_id, clp.segment_no, clp.clp01, clp.status, clp.charge_cents, clp.paid_cents,
       clp.patient_cents, clp.payer_claim_number, clp.original_payer_claim_number, clp.remark_codes, clp.lines, clp.is_balanced, clp.imbalance,
       clp.status = '22' OR clp.remit_claim_id IN (SELECT remit_claim_id FROM said WHERE action = 'reverse') AS is_reversal,
       clp.status = '25' AS is_estimate, pay.payer_id, pay.is_our_payee, pay.effective_on,
       force.policy_no, force.policy_id, force.policy_version,
       pay.cash, coalesce(undo.attempt, 0) + 1 AS attempt, posting.again(undo.attempt + 1) AS again, undo.claim_id AS taken_from,
       EXISTS (SELECT 1 FROM posting.posting WHERE posting.remit_claim_id = clp.remit_claim_id AND posting.kind = 'suspend') AS is_suspended,
       EXISTS (SELECT 1 FROM remittance.provider_adjustment AS plb WHERE plb.payment_id = clp.payment_id
               AND plb.reason_code NOT IN (SELECT reason_code FROM codes.plb)) AS has_unknown_plb
FROM remittance.claim AS clp
JOIN remittance.current_payment AS pay USING (payment_id)
LEFT JOIN policy_in_force AS force ON pay.effective_on BETWEEN force.effective_from AND force.effective_to
LEFT JOIN (SELECT remit_claim_id, max(attempt) AS attempt, arg_max(claim_id, attempt) AS claim_id FROM posting.unposting GROUP BY 1) AS undo
  ON undo.remit_claim_id = clp.remit_claim_id
WHERE NOT EXISTS (SELECT 1 FROM posting.posting WHERE posting.remit_claim_id = clp.remit_claim_id AND posting.kind IN ('post', 'release'));
