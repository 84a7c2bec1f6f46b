-- money at the bank that has been no remittance's for four business days (CORE 370): unapplied, until it is tied to one. One with its
-- trace number but another amount explains it no better: whether that came before or after is not to matter

-- one row per deposit that is unapplied so, or was and is tied now
CREATE OR REPLACE TEMP TABLE deposit_unexplained AS
SELECT deposit.*, booked.txn_key IS NOT NULL AS is_booked, tied.deposit_id IS NOT NULL AS is_tied
FROM remittance.current_deposit AS deposit
LEFT JOIN (SELECT DISTINCT deposit_id FROM posting.deposit_match) AS tied USING (deposit_id)
LEFT JOIN ledger.txn AS booked ON booked.txn_key = concat('deposit:', deposit.deposit_id, ':unapplied')
WHERE CASE WHEN tied.deposit_id IS NOT NULL THEN booked.txn_key IS NOT NULL AND deposit.deposit_id IN (SELECT deposit_id FROM deposit_pair)
           ELSE booked.txn_key IS NULL AND posting.fourth_business_day(deposited_on) < CAST($today AS DATE) END;

INSERT INTO ledger_proposal
SELECT concat('deposit:', deposit_id, ':unapplied', CASE WHEN is_tied THEN ':released' ELSE '' END), CASE WHEN is_tied THEN 'suspense_release' ELSE 'suspense' END,
       CASE WHEN is_tied THEN concat('deposit:', deposit_id, ':unapplied') END, 'policy', 'suspense', CASE side WHEN 1 THEN 'BANK' ELSE 'UNAPPLIED' END,
       CASE side WHEN 1 THEN 'none' ELSE 'payer' END, CASE WHEN is_tied THEN -side ELSE side END * cents, $practice_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       deposited_on, file_id, row_no, $policy_id, $policy_version, 'DEPOSIT-UNEXPLAINED'
FROM deposit_unexplained CROSS JOIN (VALUES (1), (-1)) AS sides(side);
