-- one row: the hash of the ledger's net content, one line per account x party x claim x charge x payment x dates
SELECT sha256(coalesce(string_agg(line, chr(10) ORDER BY line), '')) AS content_hash
FROM (
    SELECT concat_ws('|', practice_id, account, sub_account, coalesce(payer_id, ''), coalesce(claim_id, ''), coalesce(charge_id, ''),
               coalesce(payment_id, ''), coalesce(CAST(service_on AS VARCHAR), ''), effective_on, sum(cents)) AS line
    FROM ledger.entry
    GROUP BY practice_id, account, sub_account, payer_id, claim_id, charge_id, payment_id, service_on, effective_on
    HAVING sum(cents) <> 0
);
