-- our claims and charges as an 835 read into x12_835_claim and x12_835_line names them, and the entries of those charges

-- one row per claim
INSERT INTO scrub.claim
  (claim_id, practice_id, encounter_id, group_no, patient_id, provider_id, location_id, payer_id, payer_turn, place_of_service, diagnoses,
   dos_from, dos_to, entered_on, lines, charge_cents, content_hash, built_on, run_id)
SELECT clp01, 'HARBOR', 'E' || clp01, 1, 'PT1', 'P01', 'MAIN', 'BLHRB', 'primary', '11', ['E119'], $billed, $billed, $billed,
       (SELECT count(*) FROM x12_835_line AS line WHERE line.set_id = claim.set_id AND line.clp_at = claim.segment_no),
       abs(charge_cents), 'h', $billed, $run_id
FROM x12_835_claim AS claim;

-- one row per charge
INSERT INTO charges.charge
  (charge_id, action, claim_id, group_no, line_id, practice_id, encounter_id, patient_id, provider_id, location_id, entered_on, dos_from,
   dos_to, procedure_code, modifiers, diagnoses, diagnosis_pointers, units, charge_cents, place_of_service, file_id, row_no, landed_on, run_id)
SELECT 'C' || line.line_id, 'new', clp01, 1, line.line_id, 'HARBOR', 'E' || clp01, 'PT1', 'P01', 'MAIN', $billed, line.dos_from,
       line.dos_from, procedure_code, modifiers, ['E119'], [1], units, abs(line.charge_cents), '11', 'feed', line.segment_no, $billed, $run_id
FROM x12_835_line AS line JOIN x12_835_claim AS claim ON claim.set_id = line.set_id AND claim.segment_no = line.clp_at;

-- two rows per charge: what is owed, and what was charged
INSERT INTO ledger_proposal (txn_key, txn_kind, entry_kind, account, sub_account, cents, practice_id, payer_id, provider_id, claim_id,
                             charge_id, service_on, effective_on, file_id, segment_no)
SELECT 'charge:' || charge_id, 'charge', 'charge', account, sub_account, sign * charge_cents, practice_id, 'BLHRB', provider_id, claim_id,
       charge_id, dos_from, $billed, file_id, row_no
FROM charges.charge, (VALUES ('AR', 'primary', 1), ('REVENUE_GROSS', 'none', -1)) AS side (account, sub_account, sign);
