-- adjustments whose rule acts some days after the payment: propose those whose day has come. One also moves earlier, when a later
-- payer answers (its answer builds on it) or when its posting is taken back (so that it is taken back whole, and the ledger
-- says the same whether the reversal came before that day or after it).
CREATE OR REPLACE TEMP TABLE deferred_now AS
SELECT waiting.*, pay.payer_id, pay.effective_on, adjustment.file_id, adjustment.segment_no, coalesce(charge.provider_id, claim.provider_id) AS provider_id,
       CASE WHEN waiting.charge_id IS NULL THEN claim.dos_from ELSE charge.dos_from END AS dos_from, back.payment_id AS back_payment_id,
       back.remit_claim_id AS back_remit_claim_id, back_pay.effective_on AS back_effective_on, back_clp.file_id AS back_file_id, back_clp.segment_no AS back_segment_no
FROM posting.open_deferred AS waiting
JOIN remittance.current_payment AS pay USING (payment_id)
JOIN remittance.adjustment AS adjustment USING (adjustment_id)
LEFT JOIN charges.charge AS charge ON charge.charge_id = waiting.charge_id
LEFT JOIN scrub.claim AS claim ON claim.claim_id = waiting.claim_id
LEFT JOIN posting.posting AS back ON back.posting_key = waiting.reversal_key
LEFT JOIN remittance.payment AS back_pay ON back_pay.payment_id = back.payment_id
LEFT JOIN remittance.claim AS back_clp ON back_clp.remit_claim_id = back.remit_claim_id
WHERE waiting.due_on <= $today OR back.posting_key IS NOT NULL
   OR EXISTS (SELECT 1 FROM posting.posting AS answer WHERE answer.claim_id = waiting.claim_id AND answer.reverses IS NULL AND answer.kind IN ('post', 'release')
              AND scrub.turn_no(answer.payer_turn) > scrub.turn_no(waiting.payer_turn));

-- out of the payer's A/R, into the account or the next party's A/R, as forward.sql would have; and back, when it was taken back
INSERT INTO ledger_proposal
SELECT CASE WHEN is_back THEN concat('remit:', back_remit_claim_id, ':reverses:', txn_key) ELSE txn_key END, CASE WHEN is_back THEN 'remit_reversal' ELSE txn_kind END,
       CASE WHEN is_back THEN txn_key END, 'policy', CASE WHEN action = 'transfer' THEN 'transfer' ELSE lower(string_split(account, ':')[1]) END,
       CASE WHEN side = -1 OR action = 'transfer' THEN 'AR' ELSE string_split(account, ':')[1] END,
       CASE WHEN side = -1 THEN payer_turn WHEN action = 'transfer' THEN next_turn ELSE coalesce(string_split(account, ':')[2], 'none') END,
       CASE WHEN is_back THEN -1 ELSE 1 END * side * posted_cents, $practice_id, CASE WHEN side = 1 AND action = 'transfer' THEN next_payer_id ELSE payer_id END,
       provider_id, claim_id, charge_id, CASE WHEN is_back THEN back_payment_id ELSE payment_id END,
       CASE WHEN is_back THEN back_remit_claim_id ELSE remit_claim_id END, dos_from, CASE WHEN is_back THEN back_effective_on ELSE effective_on END,
       CASE WHEN is_back THEN back_file_id ELSE file_id END, CASE WHEN is_back THEN back_segment_no ELSE segment_no END, policy_id, policy_version, rule_id
FROM deferred_now CROSS JOIN (VALUES (1), (-1)) AS sides(side) CROSS JOIN (VALUES (false), (true)) AS acts(is_back)
WHERE NOT is_back OR back_remit_claim_id IS NOT NULL;
