-- what an 835 set comes to: temporary tables summary_set (one row per set), summary_problem (one row per thing wrong) and
-- summary_claim_list (one row per claim listed: at most $list_claims per set, those that do not balance first)
CREATE OR REPLACE TEMP TABLE summary_set AS
SELECT pay.set_id, trn02, trn03, pay.paid_cents AS bpr02_cents, bpr04 AS method, CASE WHEN effective_on IS NOT NULL THEN bpr16 END AS effective_on, claims, lines, adjustments, charge_cents,
       sums.paid_cents, plb_cents, coalesce(pay.paid_cents = sums.paid_cents - plb_cents, false) AND unreadable_claims = 0 AND unreadable_plbs = 0 AS balanced,
       unbalanced_claims
FROM x12_835_payment AS pay JOIN x12_835_sum AS sums USING (set_id);

CREATE OR REPLACE TEMP TABLE summary_problem AS
SELECT set_id, segment_no, code, text, true AS is_fatal FROM x12_835_fault
UNION ALL
SELECT set_id, segment_no, code, concat(text, ' Loading holds the payment back.'), false FROM x12_835_doubt
UNION ALL
SELECT set_id, segment_no, 'CLAIM_GATE', concat('The claim does not balance: ', imbalance, '.'), false FROM x12_835_balance WHERE imbalance IS NOT NULL;

CREATE OR REPLACE TEMP TABLE summary_claim_list AS
SELECT set_id, segment_no, clp01 AS claim_id, status, charge_cents, paid_cents, payer_claim_number, CAST(lines AS BIGINT) AS lines, imbalance
FROM x12_835_balance
QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY imbalance IS NULL, segment_no) <= $list_claims;
