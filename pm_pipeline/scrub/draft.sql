-- one row per line of a claim being built, before its claim is put together: what fix rules see and may set
CREATE OR REPLACE TEMP TABLE draft_fact AS
SELECT charge.claim_id, CAST(row_number() OVER (PARTITION BY charge.claim_id ORDER BY charge.charge_id) AS INTEGER) AS line_no,
       charge.charge_id, charge.line_id, cover.payer_id, cover.payer_kind, charge.patient_id, charge.provider_id, charge.location_id,
       charge.referring_provider_id, charge.authorization_number, charge.entered_on, charge.dos_from, charge.dos_to,
       charge.procedure_code, charge.modifiers, charge.diagnoses, charge.diagnosis_pointers, charge.units, charge.charge_cents,
       charge.place_of_service, charge.ndc, charge.ndc_quantity, charge.ndc_unit, payer.filing_indicator, provider.taxonomy AS provider_taxonomy,
       CASE WHEN plan.was_adjudicated THEN 'corrected' ELSE 'original' END AS claim_type
FROM scrub_charge AS charge
JOIN scrub_cover AS cover USING (claim_id)
JOIN scrub_plan AS plan USING (claim_id)
LEFT JOIN scrub_payer AS payer ON payer.payer_id = cover.payer_id
LEFT JOIN front_office.current_provider AS provider ON provider.provider_id = charge.provider_id
WHERE charge.is_active;
