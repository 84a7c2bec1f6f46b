-- the thing that waits for a person under this id, on whichever list; what is asked for about it comes after itself
SELECT worklist, item_id, kind, claim_id, payment_id, payer_id, provider_id, amount, opened_on, due_on, age_days, text, item_kind
FROM marts.worklist
WHERE item_id = $item
ORDER BY worklist = 'approvals', worklist
