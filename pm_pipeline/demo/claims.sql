-- one row per claim and figure: charges, payments by payer turn, write-offs, balances by party
SELECT claim_id, name, sum(cents) AS cents FROM (
    SELECT claim_id, 'charges' AS name, cents FROM ledger.entry WHERE account = 'AR' AND entry_kind = 'charge'
    UNION ALL SELECT claim_id, concat('paid ', sub_account), -cents FROM ledger.entry WHERE account = 'AR' AND entry_kind = 'payment'
    UNION ALL SELECT claim_id, CASE sub_account WHEN 'sequestration' THEN 'sequestration' ELSE 'contractual' END, cents FROM ledger.entry
              WHERE account = 'CONTRACTUAL'
    UNION ALL SELECT claim_id, concat('ar ', sub_account), cents FROM ledger.entry WHERE account = 'AR'
) WHERE claim_id IS NOT NULL GROUP BY claim_id, name;
