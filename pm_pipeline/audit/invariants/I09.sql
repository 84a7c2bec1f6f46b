-- one row per CLP of a posted payment that is neither posted nor in suspense, and per line without an outcome
SELECT clp.remit_claim_id AS item, 'neither posted nor in suspense' AS text
FROM remittance.claim AS clp JOIN posting.payment_posted USING (payment_id)
WHERE clp.remit_claim_id NOT IN (SELECT remit_claim_id FROM posting.posting)
UNION ALL
SELECT line.remit_line_id, 'the line has no outcome'
FROM remittance.line AS line JOIN remittance.claim AS clp USING (remit_claim_id) JOIN posting.payment_posted USING (payment_id)
WHERE line.remit_line_id NOT IN (SELECT remit_line_id FROM posting.line_outcome);
