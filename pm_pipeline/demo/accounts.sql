-- one row per account as the reconciliation names it, in cents as the sandbox's books sign them; hand-dropped money left out
WITH mine AS (
    SELECT entry.* FROM ledger.entry
    LEFT JOIN remittance.payment AS pay USING (payment_id)
    LEFT JOIN transport.transaction_set AS origin ON origin.set_id = pay.set_id
    WHERE origin.partner_id IS DISTINCT FROM 'by_hand'
)
SELECT name, sum(cents) AS cents FROM (
    SELECT 'charges' AS name, -cents AS cents FROM mine WHERE account = 'REVENUE_GROSS'
    UNION ALL SELECT 'payments', -cents FROM mine WHERE account = 'AR' AND entry_kind = 'payment' AND sub_account NOT IN ('patient', 'collections')
    UNION ALL SELECT 'sequestration', cents FROM mine WHERE account = 'CONTRACTUAL' AND sub_account = 'sequestration'
    UNION ALL SELECT 'contractual', cents FROM mine WHERE account = 'CONTRACTUAL' AND sub_account <> 'sequestration'
    UNION ALL SELECT concat('ar ', sub_account), cents FROM mine WHERE account = 'AR'
    UNION ALL SELECT 'interest', -cents FROM mine WHERE account = 'INTEREST_INCOME'
    UNION ALL SELECT 'suspense', -cents FROM mine WHERE account = 'UNAPPLIED'
    UNION ALL SELECT concat('recoup ', sub_account), -cents FROM mine WHERE account = 'RECOUP_DUE'
    UNION ALL SELECT concat('cash ', sub_account), cents FROM mine WHERE account = 'CASH_CLEARING' AND entry_kind <> 'deposit'
    UNION ALL SELECT concat('provider ', account), -cents FROM mine JOIN ledger.txn USING (txn_id)
              WHERE txn_kind = 'provider_adjustment' AND account NOT IN ('CASH_CLEARING', 'INTEREST_INCOME', 'RECOUP_DUE', 'UNAPPLIED')
    UNION ALL SELECT concat('office ', CASE txn_kind WHEN 'allocate' THEN 'patient_payment' ELSE txn_kind END), abs(cents) FROM mine JOIN ledger.txn USING (txn_id)
              WHERE account = 'AR' AND txn_kind IN ('allocate', 'small_balance', 'bad_debt', 'charity', 'collections', 'recovery', 'refund')
                AND NOT (txn_kind = 'collections' AND sub_account = 'collections')
    UNION ALL SELECT 'deposits', cents FROM mine WHERE account = 'BANK'
) GROUP BY name;
