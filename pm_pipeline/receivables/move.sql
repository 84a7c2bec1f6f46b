-- propose the entries that move $cents out of a party's A/R on a claim into another account ($sign -1), or out of that account
-- into the A/R (1): charge by charge, the oldest service first, as far as each stands open on that side
INSERT INTO ledger_proposal
WITH standing AS (
    SELECT payer_id, any_value(provider_id) AS provider_id, charge_id, min(service_on) AS service_on, -CAST($sign AS INTEGER) * sum(cents) AS open_cents
    FROM ledger.entry
    WHERE claim_id = $claim_id AND account = 'AR' AND sub_account = $party AND (CAST($charge_id AS VARCHAR) IS NULL OR charge_id = $charge_id)
    GROUP BY payer_id, charge_id HAVING open_cents > 0
), share AS (
    SELECT *, least(open_cents, $cents - coalesce(sum(open_cents) OVER (ORDER BY service_on, charge_id NULLS FIRST, payer_id
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS cents
    FROM standing
)
SELECT $txn_key, $txn_kind, NULL, $actor, $entry_kind, CASE side WHEN 1 THEN 'AR' ELSE $account END, CASE side WHEN 1 THEN $party ELSE $sub_account END,
       side * CAST($sign AS INTEGER) * share.cents, $practice_id, CASE WHEN side = 1 OR $account <> 'AR' THEN share.payer_id ELSE $to_payer_id END,
       share.provider_id, $claim_id, share.charge_id, NULL, NULL, share.service_on, CAST($today AS DATE), $file_id, $segment_no, $policy_id, $policy_version, $rule_id
FROM share CROSS JOIN (VALUES (1), (-1)) AS sides(side)
WHERE share.cents > 0;
