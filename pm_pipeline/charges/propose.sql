-- two entries per charge not yet posted: somebody owes it, the practice earned it at its own fee
INSERT INTO ledger_proposal
    (txn_key, txn_kind, actor, entry_kind, account, sub_account, cents, practice_id, payer_id, provider_id, claim_id, charge_id,
     service_on, effective_on, file_id, segment_no)
WITH fresh AS (
    SELECT charge_id, patient_id, provider_id, claim_id, practice_id, charge_cents, dos_from, entered_on, file_id, row_no
    FROM charges.charge SEMI JOIN charge_unposted USING (charge_id)
), covered AS (
    SELECT charge_id, first(payer_id ORDER BY cob_order, effective_from DESC, coverage_id) AS payer_id
    FROM fresh
    JOIN front_office.current_coverage AS coverage
        ON coverage.patient_id = fresh.patient_id AND fresh.dos_from >= coverage.effective_from
       AND (coverage.effective_to IS NULL OR fresh.dos_from <= coverage.effective_to)
    GROUP BY charge_id
), owed AS (
    SELECT fresh.*, covered.payer_id FROM fresh LEFT JOIN covered USING (charge_id)
)
SELECT 'charge:' || charge_id, 'charge', 'policy', 'charge', 'AR', CASE WHEN payer_id IS NULL THEN 'patient' ELSE 'primary' END,
       charge_cents, practice_id, payer_id, provider_id, claim_id, charge_id, dos_from, entered_on, file_id, row_no
FROM owed
UNION ALL
SELECT 'charge:' || charge_id, 'charge', 'policy', 'charge', 'REVENUE_GROSS', 'none',
       -charge_cents, practice_id, NULL, provider_id, claim_id, charge_id, dos_from, entered_on, file_id, row_no
FROM fresh;
