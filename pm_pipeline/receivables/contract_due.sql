-- one row per line of a primary payer's posted answer that was not priced by the terms in force for it; an answer taken back
-- later is priced too, so that it does not matter which of the two came first
CREATE OR REPLACE TEMP TABLE contract_due AS
WITH answered AS (
    SELECT posted.posting_key, posted.remit_claim_id, posted.claim_id, outcome.remit_line_id, outcome.charge_id, outcome.paid_cents, pay.payer_id, pay.effective_on,
           coalesce(charge.dos_from, line.dos_from, pay.effective_on) AS service_on, charge.procedure_code, charge.modifiers, charge.units,
           charge.charge_cents AS billed_cents, CASE WHEN place.is_facility THEN 'facility' WHEN NOT place.is_facility THEN 'non_facility' END AS place_class,
           coalesce(line.charge_cents, clp.charge_cents) AS charge_cents, line.allowed_cents AS stated_cents, line.remit_line_id IS NULL AS is_whole_claim
    FROM posting.posting AS posted
    JOIN posting.line_outcome AS outcome USING (posting_key)
    JOIN remittance.current_payment AS pay ON pay.payment_id = posted.payment_id
    JOIN remittance.claim AS clp ON clp.remit_claim_id = posted.remit_claim_id
    LEFT JOIN remittance.line AS line ON line.remit_line_id = outcome.remit_line_id
    LEFT JOIN charges.charge AS charge ON charge.charge_id = outcome.charge_id
    LEFT JOIN codes.place_of_service AS place ON place.place_of_service = charge.place_of_service
    WHERE posted.kind IN ('post', 'release') AND posted.reverses IS NULL AND posted.payer_turn = 'primary'
), latest AS (
    SELECT remit_line_id, occasion, posting_key, contract_id, contract_version, edition FROM receivables.contract_line
    QUALIFY row_number() OVER (PARTITION BY remit_line_id ORDER BY occasion DESC) = 1
)
SELECT answered.*, term.* EXCLUDE (payer_id, effective_from, effective_to, terms), coalesce(latest.occasion, 0) + 1 AS occasion
FROM answered
LEFT JOIN contract_term AS term
  ON term.payer_id = answered.payer_id AND answered.service_on BETWEEN term.effective_from AND coalesce(term.effective_to, answered.service_on)
LEFT JOIN latest USING (remit_line_id)
WHERE latest.remit_line_id IS NULL OR latest.posting_key <> answered.posting_key OR latest.contract_id IS DISTINCT FROM term.contract_id
   OR latest.contract_version IS DISTINCT FROM term.contract_version OR latest.edition IS DISTINCT FROM term.edition;
