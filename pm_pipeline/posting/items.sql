-- what is posted now: every claim of a portion of this pass that nothing blocks, and its units of posting. Answers to one claim are in one portion

-- one row per claim posted now, with who rendered the claim and when
CREATE OR REPLACE TEMP TABLE posting_now AS
SELECT row_number() OVER () AS now_no, now.remit_claim_id, now.payment_id, now.clp_no, now.file_id, now.segment_no, now.claim_id, now.payer_id, now.turn, now.turn_no,
       now.next_turn, now.next_payer_id, now.match_by, now.lines, now.paid_cents, now.is_suspended, now.is_estimate, now.effective_on, now.policy_id,
       now.policy_version, now.payment_rule_id, now.cash, now.attempt, now.again, claim.provider_id, claim.dos_from,
       CASE WHEN is_suspended THEN 'release' ELSE 'post' END AS kind,
       concat(remit_claim_id, CASE WHEN is_suspended THEN ':release' ELSE ':post' END, again) AS posting_key
FROM blocked AS now LEFT JOIN scrub.claim AS claim ON claim.claim_id = now.claim_id
WHERE code IS NULL AND NOT is_reversal AND remit_claim_id NOT IN (SELECT remit_claim_id FROM posted_in_run)
  AND ($portions = 1 OR hash(now.claim_id) % CAST($portions AS UBIGINT) = CAST($portion AS UBIGINT));

-- one row per unit of posting: a line, and the claim itself for what stands at claim level (a claim with one charge: that charge)
CREATE OR REPLACE TEMP TABLE posting_item AS
WITH item AS (
    SELECT now.now_no, line.remit_line_id AS item_id, 'remit_line' AS txn_kind, line.charge_id, line.match_by AS line_match_by,
           CASE WHEN now.is_estimate THEN 0 ELSE line.paid_cents END AS paid_cents, line.segment_no,
           CASE WHEN line.charge_id IS NULL THEN now.provider_id ELSE line.provider_id END AS provider_id,
           CASE WHEN line.charge_id IS NULL THEN now.dos_from ELSE line.dos_from END AS dos_from
    FROM matched_line AS line JOIN posting_now AS now USING (remit_claim_id)
    UNION ALL
    SELECT now.now_no, now.remit_claim_id, 'remit_claim', only_charge.charge_id, 'claim',
           CASE WHEN is_estimate THEN 0 ELSE now.paid_cents - CAST(coalesce(of_lines.paid_cents, 0) AS BIGINT) END, now.segment_no,
           CASE WHEN only_charge.charge_id IS NULL THEN now.provider_id ELSE only_charge.provider_id END,
           CASE WHEN only_charge.charge_id IS NULL THEN now.dos_from ELSE only_charge.dos_from END
    FROM posting_now AS now
    LEFT JOIN (SELECT remit_claim_id, sum(paid_cents) AS paid_cents FROM matched_line GROUP BY 1) AS of_lines USING (remit_claim_id)
    LEFT JOIN (SELECT claim_id, any_value(charge_id) AS charge_id, any_value(provider_id) AS provider_id, any_value(dos_from) AS dos_from FROM charges.active_charge
               WHERE claim_id IN (SELECT claim_id FROM posting_now) GROUP BY 1 HAVING count(*) = 1) AS only_charge
      ON only_charge.claim_id = now.claim_id
)
SELECT row_number() OVER () AS item_no, item.* FROM item;

-- one row per adjustment of a later payer's answer, with the cents of it that earlier payers' answers cover; see overlap.sql
CREATE OR REPLACE TEMP TABLE overlap (adjustment_id VARCHAR, cents BIGINT);
