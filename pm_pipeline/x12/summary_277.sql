-- what a 277 (claim status) or 276 set says, briefly: temporary tables summary_set, summary_problem and summary_claims (one row per
-- claim spoken of, with the first of its statuses)
CREATE OR REPLACE TEMP TABLE summary_set AS
SELECT set_id, reference FROM x12_277_header;

CREATE OR REPLACE TEMP TABLE summary_problem AS
FROM x12_stray_problem('x12_277_header');

CREATE OR REPLACE TEMP TABLE summary_claims AS
SELECT claim.set_id, claim.segment_no, coalesce(claim.patient_control_number, claim.trace) AS claim_id, said.category, said.status, claim.charge_cents,
       claim.paid_cents, claim.payer_claim_number
FROM x12_277_claim AS claim
LEFT JOIN (SELECT set_id, trn_at, arg_min(category, (segment_no, place)) AS category, arg_min(status, (segment_no, place)) AS status
           FROM x12_277_status WHERE level = 'claim' GROUP BY ALL) AS said ON said.set_id = claim.set_id AND said.trn_at = claim.segment_no;
