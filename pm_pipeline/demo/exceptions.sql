-- one row per exception ever opened: its code, its item as the 835 names it, whether it is open, and who closed it; those a person dropped in by hand left out
SELECT DISTINCT held.code,
       CASE held.item_kind WHEN 'remit_claim' THEN concat(pay.trn02, '/', clp.clp_no) WHEN 'remit_line' THEN concat(pay.trn02, '/', clp.clp_no, '/', line.svc_no)
                           WHEN 'provider_adjustment' THEN concat(pay.trn02, '/', plb.reason_code, '/', plb.reference) ELSE held.item_id END AS item,
       closed.exception_id IS NULL AS is_open, closed.actor
FROM posting.exception AS held
LEFT JOIN posting.exception_closed AS closed USING (exception_id)
LEFT JOIN remittance.payment AS pay ON pay.payment_id = held.payment_id
LEFT JOIN remittance.claim AS clp ON clp.remit_claim_id = held.remit_claim_id
LEFT JOIN remittance.line AS line ON line.remit_line_id = held.item_id
LEFT JOIN remittance.provider_adjustment AS plb ON plb.plb_id = held.item_id
LEFT JOIN transport.transaction_set AS origin ON origin.set_id = pay.set_id
WHERE origin.partner_id IS DISTINCT FROM 'by_hand'
ORDER BY held.code, item;
