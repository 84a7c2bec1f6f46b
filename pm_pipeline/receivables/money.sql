-- propose the two entries of a movement that touches no A/R: into one account, out of the other
INSERT INTO ledger_proposal
SELECT $txn_key, $txn_kind, NULL, $actor, $entry_kind, account, sub_account, side * CAST($cents AS BIGINT), $practice_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       CAST($today AS DATE), NULL, NULL, $policy_id, $policy_version, $rule_id
FROM (VALUES ($account, $sub_account, 1), ($from_account, $from_sub_account, -1)) AS sides(account, sub_account, side);
