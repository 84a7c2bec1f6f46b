-- one row per underpaid line of the claims `pm contracts underpaid` lists: most to recover first
SELECT line.claim_id, line.payer_id, line.contract_id, line.contract_version, claim.recoverable_cents AS claim_recoverable_cents, line.charge_id,
       line.procedure_code, array_to_string(line.modifiers, ' ') AS modifiers, line.units, line.service_on, line.effective_on, line.charge_cents,
       line.expected_cents, line.actual_cents, line.stated_cents, line.variance_cents, line.recoverable_cents, line.schedule, line.schedule_row,
       line.remit_line_id
FROM receivables.standing_contract_line AS line
JOIN receivables.underpaid_claim AS claim USING (claim_id)
WHERE line.verdict = 'underpaid' AND line.is_newest AND ($payer IS NULL OR line.payer_id = $payer) AND claim.recoverable_cents >= $min_cents
ORDER BY claim.recoverable_cents DESC, line.claim_id, line.variance_cents, line.remit_line_id;
