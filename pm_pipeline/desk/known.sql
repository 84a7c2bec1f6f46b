-- one row when there is an item of work of this kind with this id
SELECT 1 WHERE CASE $kind
    WHEN 'rejection' THEN EXISTS (FROM scrub.claim_event WHERE claim_id = $item_id AND state = 'rejected')
    WHEN 'held_claim' THEN EXISTS (FROM scrub.claim WHERE claim_id = $item_id)
    WHEN 'patient_balance' THEN EXISTS (FROM scrub.claim WHERE claim_id = $item_id)
    WHEN 'posting_exception' THEN EXISTS (FROM posting.exception WHERE exception_id = $item_id) OR EXISTS (FROM remittance.claim WHERE remit_claim_id = $item_id)
    WHEN 'credit_balance' THEN EXISTS (FROM ledger.entry WHERE account = 'AR' AND concat(claim_id, ' ', sub_account) = $item_id)
    WHEN 'money_movement' THEN EXISTS (FROM receivables.money_action WHERE action_id = $item_id)
    ELSE EXISTS (FROM receivables.work_item WHERE work_id = $item_id AND CASE $kind
        WHEN 'underpayment' THEN kind = 'underpayment'
        WHEN 'unmatched_deposit' THEN kind = 'unmatched_deposit'
        WHEN 'missing_answer' THEN kind IN ('overdue_set', 'overdue_claim', 'overdue_remittance', 'overdue_deposit')
        WHEN 'timely_filing' THEN kind IN ('filing_deadline', 'appeal_deadline') END)
END;
