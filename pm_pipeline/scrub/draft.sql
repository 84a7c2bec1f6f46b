-- one row per line of a claim being built, before its claim is put together: what fix rules see and may set
CREATE OR REPLACE TEMP TABLE draft_fact AS
SELECT charge.claim_id, CAST(row_number() OVER (PARTITION BY charge.claim_id ORDER BY charge.charge_id) AS INTEGER) AS line_no,
       charge.charge_id, charge.line_id, cover.payer_id, cover.payer_kind, charge.patient_id, charge.provider_id, charge.location_id,
       charge.referring_provider_id, charge.authorization_number, charge.entered_on, charge.dos_from, charge.dos_to,
       charge.procedure_code, charge.modifiers, charge.diagnoses, charge.diagnosis_pointers, charge.units, charge.charge_cents,
       charge.place_of_service, charge.ndc, charge.ndc_quantity, charge.ndc_unit
FROM scrub_charge AS charge
JOIN scrub_cover AS cover USING (claim_id)
WHERE charge.is_active;
