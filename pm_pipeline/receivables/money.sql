-- the ledger entries of the movements in money_now; A/R is moved charge by charge, the oldest service first

-- one row per movement and charge that stands open on the right side, with how much of it is moved
CREATE OR REPLACE TEMP TABLE money_share AS
WITH standing AS (
    SELECT now.action_id, now.ar_sign, now.cents AS wanted, entry.payer_id, entry.provider_id, entry.charge_id, min(entry.service_on) AS service_on, sum(entry.cents) AS balance
    FROM money_now AS now JOIN ledger.entry AS entry ON entry.claim_id = now.claim_id AND entry.account = 'AR' AND entry.sub_account = now.ar_party
    WHERE now.ar_sign <> 0
    GROUP BY ALL HAVING sum(entry.cents) * now.ar_sign < 0
), in_order AS (
    SELECT *, sum(abs(balance)) OVER (PARTITION BY action_id ORDER BY service_on, charge_id, payer_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far
    FROM standing
)
SELECT action_id, payer_id, provider_id, charge_id, service_on, ar_sign * least(abs(balance), wanted - (so_far - abs(balance))) AS cents
FROM in_order WHERE so_far - abs(balance) < wanted;

INSERT INTO ledger_proposal
SELECT txn_key, event, NULL, actor, entry_kind, 'AR', ar_party, share.cents, $practice_id, share.payer_id, share.provider_id, now.claim_id, share.charge_id, NULL, NULL,
       share.service_on, decided_on, NULL, NULL, policy_id, policy_version, rule_id
FROM money_now AS now JOIN money_share AS share USING (action_id);

-- the other side: as much as the A/R took, or all of it where no A/R is moved
INSERT INTO ledger_proposal
SELECT txn_key, event, NULL, actor, entry_kind, account, sub_account, side * coalesce(moved.cents, now.cents), $practice_id, moved.payer_id, NULL, NULL, NULL, NULL, NULL, NULL,
       decided_on, NULL, NULL, policy_id, policy_version, rule_id
FROM (
    SELECT *, 1 AS side, debit_account AS account, debit_sub AS sub_account FROM money_now WHERE ar_sign <> 1
    UNION ALL
    SELECT *, -1, credit_account, credit_sub FROM money_now WHERE ar_sign <> -1
) AS now
LEFT JOIN (SELECT action_id, any_value(payer_id) AS payer_id, abs(sum(cents)) AS cents FROM money_share GROUP BY 1) AS moved USING (action_id)
WHERE account <> 'AR' AND (ar_sign = 0 OR moved.cents IS NOT NULL);

-- from the patient to an agency: the claim stays where the balance is
INSERT INTO ledger_proposal
SELECT txn_key, event, NULL, actor, entry_kind, 'AR', debit_sub, -share.cents, $practice_id, NULL, share.provider_id, now.claim_id, share.charge_id, NULL, NULL,
       share.service_on, decided_on, NULL, NULL, policy_id, policy_version, rule_id
FROM money_now AS now JOIN money_share AS share USING (action_id) WHERE debit_account = 'AR' AND credit_account = 'AR';
