-- one row per reason and procedure a payer's lines could not be priced for ($payer), most money first
SELECT reason, procedure_code, count(*) AS lines, sum(charge_cents) AS charge_cents
FROM receivables.standing_contract_line
WHERE payer_id = $payer AND price_cents IS NULL
GROUP BY ALL ORDER BY charge_cents DESC, reason, procedure_code
LIMIT 20;
