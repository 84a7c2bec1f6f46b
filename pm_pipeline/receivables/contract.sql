-- one row of receivables.contract_line per line of contract_due: priced by its contract, held against what the payer allowed

-- one row per line: what its adjustments come to, by what they mean for the allowed amount
CREATE OR REPLACE TEMP TABLE contract_adjusted AS
SELECT due.remit_line_id,
       coalesce(sum(cas.cents) FILTER (decision.action = 'deny'), 0) AS denied_cents,
       coalesce(sum(cas.cents) FILTER (decision.action <> 'deny' AND group_code = 'PR'), 0) AS patient_cents,
       bool_or(decision.action = 'write_off' AND decision.account = 'CONTRACTUAL:capitation') AS is_capitated,
       coalesce(sum(cas.cents) FILTER (decision.action <> 'deny' AND group_code = 'PR' AND carc = '2'), 0) AS coinsurance_cents,
       coalesce(sum(cas.cents) FILTER (decision.action <> 'deny' AND group_code <> 'PR' AND list_contains($after_allowed, carc)), 0) AS after_allowed_cents
FROM contract_due AS due
JOIN remittance.adjustment AS cas ON cas.remit_claim_id = due.remit_claim_id AND coalesce(cas.remit_line_id, cas.remit_claim_id) = due.remit_line_id
JOIN posting.decision AS decision USING (adjustment_id)
GROUP BY due.remit_line_id;

-- one row per line with a contract: the first of the contract's prices that names its procedure
CREATE OR REPLACE TEMP TABLE contract_chosen AS
SELECT due.remit_line_id, price.* EXCLUDE (contract_id, contract_version, first_code, last_code)
FROM contract_due AS due
JOIN contract_price AS price USING (contract_id, contract_version)
WHERE due.procedure_code BETWEEN price.first_code AND price.last_code
QUALIFY row_number() OVER (PARTITION BY due.remit_line_id ORDER BY price.place) = 1;

-- one row per line its fee schedule has: the most particular row
CREATE OR REPLACE TEMP TABLE contract_rate AS
SELECT due.remit_line_id, fee.fee_row, fee.cents, fee.modifier
FROM contract_due AS due
JOIN contract_chosen AS chosen USING (remit_line_id)
JOIN contract_fee AS fee ON fee.schedule = chosen.schedule AND fee.procedure_code = due.procedure_code
WHERE (fee.modifier IS NULL OR list_contains(due.modifiers, fee.modifier)) AND (fee.place_class IS NULL OR fee.place_class = due.place_class)
  AND due.service_on BETWEEN fee.effective_from AND coalesce(fee.effective_to, due.service_on)
QUALIFY row_number() OVER (PARTITION BY due.remit_line_id ORDER BY list_position(due.modifiers, fee.modifier) NULLS LAST, fee.place_class NULLS LAST) = 1;

-- one row per line with modifiers the contract speaks of: their shares multiplied, in billionths. A modifier that has a price of
-- its own in the schedule is in that price.
CREATE OR REPLACE TEMP TABLE contract_factor AS
SELECT remit_line_id, list_reduce(list_prepend(CAST(1000000000 AS BIGINT), list(basis_points ORDER BY modifier)), lambda factor, share: (factor * share + 5000) // 10000) AS factor_ppb
FROM (SELECT DISTINCT due.remit_line_id, contract_id, contract_version, unnest(due.modifiers) AS modifier FROM contract_due AS due)
JOIN contract_modifier USING (contract_id, contract_version, modifier)
LEFT JOIN contract_rate AS rate USING (remit_line_id)
WHERE rate.modifier IS DISTINCT FROM contract_modifier.modifier
GROUP BY remit_line_id;

-- one row per line: its price by the contract before multiple procedure reduction, for the whole charge, unrounded to the cent
CREATE OR REPLACE TEMP TABLE contract_gross AS
SELECT due.*, coalesce(adjusted.denied_cents, 0) AS denied_cents, coalesce(adjusted.coinsurance_cents, 0) AS coinsurance_cents,
       coalesce(adjusted.is_capitated, false) AS is_capitated,
       coalesce(adjusted.patient_cents, 0) AS patient_cents, due.paid_cents + coalesce(adjusted.after_allowed_cents, 0) AS gross_cents,
       chosen.term, chosen.schedule, chosen.basis, chosen.basis_points, rate.fee_row, rate.cents AS unit_cents, rate.remit_line_id IS NOT NULL AS has_rate,
       CASE WHEN chosen.basis = 'schedule' THEN coalesce(factor.factor_ppb, 1000000000) ELSE 1000000000 END AS factor_ppb,
       CASE chosen.basis WHEN 'charge' THEN CAST(due.billed_cents AS HUGEINT) * 1000
                         WHEN 'schedule' THEN CAST(rate.cents AS HUGEINT) * CASE WHEN chosen.per_unit THEN CAST(due.units * 1000 AS BIGINT) ELSE 1000 END END AS base_mills
FROM contract_due AS due
LEFT JOIN contract_adjusted AS adjusted USING (remit_line_id)
LEFT JOIN contract_chosen AS chosen USING (remit_line_id)
LEFT JOIN contract_rate AS rate USING (remit_line_id)
LEFT JOIN contract_factor AS factor USING (remit_line_id);

-- one row per line under multiple procedure reduction: its share by its place among the day's lines of the answer, dearest first
CREATE OR REPLACE TEMP TABLE contract_reduced AS
SELECT remit_line_id, reduction.basis_points[least(len(reduction.basis_points), row_number() OVER (
           PARTITION BY gross.remit_claim_id, gross.service_on ORDER BY base_mills * gross.basis_points * factor_ppb DESC, remit_line_id))] AS reduction_bp
FROM contract_gross AS gross
JOIN contract_reduction AS reduction USING (contract_id, contract_version)
WHERE gross.basis = 'schedule' AND base_mills IS NOT NULL AND denied_cents < charge_cents
  AND EXISTS (SELECT 1 FROM contract_reduction_range AS part WHERE part.contract_id = gross.contract_id AND part.contract_version = gross.contract_version
              AND gross.procedure_code BETWEEN part.first_code AND part.last_code);

INSERT OR IGNORE INTO receivables.contract_edition
SELECT contract_id, contract_version, edition, payer_id, terms, CAST($today AS DATE), $run_id
FROM contract_term SEMI JOIN contract_due USING (contract_id, contract_version);

INSERT INTO receivables.contract_line
WITH priced AS (
    SELECT gross.* EXCLUDE (factor_ppb), CAST((gross.factor_ppb * coalesce(reduction_bp, 10000) + 5000) // 10000 AS BIGINT) AS factor_ppb,
           CAST((base_mills * gross.basis_points * ((gross.factor_ppb * coalesce(reduction_bp, 10000) + 5000) // 10000) + 5000000000000000) // 10000000000000000 AS BIGINT) AS price_cents,
           charge_cents - denied_cents AS part_cents,
           EXISTS (SELECT 1 FROM remittance.adjustment AS whole WHERE whole.remit_claim_id = gross.remit_claim_id AND whole.remit_line_id IS NULL
                   AND whole.cents <> 0 AND NOT gross.is_whole_claim) AS is_adjusted_above
    FROM contract_gross AS gross LEFT JOIN contract_reduced USING (remit_line_id)
), judged AS (
    SELECT *, gross_cents + patient_cents AS actual_cents,
           CASE WHEN contract_id IS NULL THEN 'no_contract'
                WHEN is_capitated THEN 'capitated'
                WHEN charge_id IS NULL AND is_whole_claim THEN 'no_lines'
                WHEN charge_id IS NULL THEN 'no_charge'
                WHEN basis = 'not_priced' THEN 'carved_out'
                WHEN basis = 'schedule' AND NOT has_rate THEN 'no_rate'
                WHEN price_cents IS NULL THEN 'by_report'
                WHEN billed_cents > 0 AND CAST(price_cents AS HUGEINT) * 100 > CAST(billed_cents AS HUGEINT) * implausible_percent THEN 'implausible'
                WHEN is_adjusted_above THEN 'claim_level'
                WHEN part_cents <= 0 AND denied_cents > 0 THEN 'denied' END AS reason,
           -- the part of the charge this line speaks of and does not deny
           CASE WHEN billed_cents > 0 THEN CAST((CAST(price_cents AS HUGEINT) * part_cents + billed_cents // 2) // billed_cents AS BIGINT) ELSE price_cents END AS share_cents,
           CASE WHEN reason IS NULL THEN CASE WHEN lesser_of_charge THEN least(share_cents, part_cents) ELSE share_cents END END AS expected_cents,
           greatest(tolerance_cents, expected_cents * tolerance_bp // 10000) AS allowance_cents
    FROM priced
), found AS (
    SELECT *, actual_cents - expected_cents AS variance_cents,
           CASE WHEN reason IS NOT NULL THEN 'not_priced' WHEN abs(actual_cents - expected_cents) <= allowance_cents THEN 'as_expected'
                WHEN actual_cents < expected_cents THEN 'underpaid' ELSE 'overpaid' END AS verdict
    FROM judged
)
SELECT remit_line_id, occasion, contract_id, contract_version, edition, posting_key, remit_claim_id, claim_id, charge_id, payer_id, service_on, effective_on,
       procedure_code, modifiers, units, place_class, charge_cents, denied_cents, term, schedule, fee_row, unit_cents, factor_ppb, price_cents, expected_cents,
       actual_cents, stated_cents, variance_cents, CASE WHEN reason IS NULL THEN allowance_cents END,
       -- copay and deductible are fixed, coinsurance grows with the allowed amount; where the patient owed all, more would be the patient's too
       CASE WHEN verdict <> 'underpaid' THEN 0
            WHEN gross_cents + coinsurance_cents > 0 THEN CAST((CAST(-variance_cents AS HUGEINT) * gross_cents) // (gross_cents + coinsurance_cents) AS BIGINT)
            WHEN patient_cents > 0 THEN 0 ELSE -variance_cents END,
       verdict, reason, CAST($today AS DATE), $run_id
FROM found;
