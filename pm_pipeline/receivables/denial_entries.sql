-- propose the entries of one write-off or transfer; of a claim refused as a whole, shared out among its open charges in order
INSERT INTO ledger_proposal
WITH share AS (
    SELECT charge_id, payer_id, provider_id, service_on,
           greatest(0, least(balance_cents, $cents - coalesce(sum(balance_cents) OVER (ORDER BY charge_id NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS cents
    FROM receivables.balances(DATE '9999-12-31')
    WHERE claim_id = $claim_id AND party = $turn AND balance_cents > 0 AND (CAST($charge_id AS VARCHAR) IS NULL OR charge_id = $charge_id)
)
SELECT $txn_key, $txn_kind, NULL, $actor, $entry_kind, CASE side WHEN 1 THEN $account ELSE 'AR' END, CASE side WHEN 1 THEN $sub_account ELSE $turn END,
       side * share.cents, $practice_id, CASE side WHEN 1 THEN $to_payer_id ELSE share.payer_id END, share.provider_id, $claim_id, share.charge_id, NULL, NULL,
       share.service_on, CAST($today AS DATE), refusal.file_id, refusal.segment_no, $policy_id, $policy_version, $rule_id
FROM share CROSS JOIN (VALUES (1), (-1)) AS sides(side)
JOIN remittance.adjustment AS refusal ON refusal.adjustment_id = $adjustment_id
WHERE share.cents > 0;
