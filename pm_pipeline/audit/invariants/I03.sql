-- one row per payment where BPR02 is not the sum of CLP04 less the sum of PLB
SELECT payment_id AS item, concat('BPR02 ', paid_cents, ', claims ', claim_paid_cents, ', provider adjustments ', plb_cents) AS text
FROM remittance.payment WHERE paid_cents <> claim_paid_cents - plb_cents;
