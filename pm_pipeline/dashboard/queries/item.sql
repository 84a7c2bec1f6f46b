-- the thing that waits for a person under this id, on whichever list
SELECT worklist, item_id, kind, claim_id, payment_id, payer_id, provider_id, amount, opened_on, due_on, age_days,
       regexp_replace(text, '([0-9]+)([0-9]{2}) cents', '\1.\2', 'g') AS text -- evidence is kept in cents, people read dollars
FROM marts.worklist
WHERE item_id = $item
ORDER BY worklist
