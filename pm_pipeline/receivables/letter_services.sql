-- one row per service a letter names: of the refused charge, or every charge in force when the claim was refused as a whole
SELECT charge.dos_from, charge.procedure_code, charge.modifiers, charge.units, charge.charge_cents,
       list_filter(list_transform(charge.diagnosis_pointers, lambda place: charge.diagnoses[place]), lambda code: code IS NOT NULL) AS diagnoses
FROM charges.charge AS charge
WHERE charge.claim_id = $claim_id AND charge.action <> 'void'
  AND CASE WHEN CAST($charge_id AS VARCHAR) IS NULL THEN charge.charge_id IN (SELECT charge_id FROM charges.active_charge WHERE claim_id = $claim_id)
           ELSE charge.charge_id = $charge_id END
ORDER BY charge.dos_from, charge.charge_id;
