-- one row per finding that holds a claim on this day, and per held claim that none holds: whose queue it is in and what it costs to wait
CREATE OR REPLACE TEMP TABLE scrub_queue AS
WITH holding AS (
    SELECT *, CASE WHEN rule_id IN ('RULE-ERROR', 'FIX-ERROR') THEN split_part(message, ' ', 2) ELSE rule_id END AS of_rule
    FROM scrub.holding_finding(CAST($day AS DATE))
), spoken AS (
    SELECT claim_id, seq, happened_on, state, max(seq) FILTER (state <> 'held') OVER (PARTITION BY claim_id) AS last_other
    FROM scrub.claim_event SEMI JOIN (SELECT claim_id FROM scrub.claim_state WHERE state = 'held') USING (claim_id)
), since AS (
    SELECT claim_id, min(happened_on) AS held_since FROM spoken WHERE seq > coalesce(last_other, 0) GROUP BY claim_id
)
SELECT CASE WHEN holding.finding_id IS NULL THEN 'next run' ELSE coalesce(book.owner, 'conformance') END AS queue,
       CASE WHEN holding.finding_id IS NOT NULL THEN coalesce(book.family, 'conformance') END AS family,
       claim.claim_id, claim.payer_id, holding.line_no, holding.rule_id, holding.rule_version, holding.finding_id,
       coalesce(holding.message, CASE WHEN claim.payer_id IS NULL AND claim.payer_turn <> 'patient' THEN 'No payer is known for this claim.'
                                      ELSE 'No finding holds it.' END) AS message,
       coalesce(holding.remedy, CASE WHEN claim.payer_id IS NULL AND claim.payer_turn <> 'patient' THEN 'Register the coverage in force on the date of service.'
                                     ELSE 'None needed: the next run judges it.' END) AS remedy,
       claim.charge_cents AS cents, since.held_since, CAST($day AS DATE) - since.held_since AS days_held,
       claim.dos_from + payer.timely_filing_days AS timely_filing_deadline
FROM scrub.claim AS claim
JOIN since ON since.claim_id = claim.claim_id
LEFT JOIN holding ON holding.claim_id = claim.claim_id
LEFT JOIN scrub_rule_owner AS book ON book.rule_id = holding.of_rule
LEFT JOIN scrub_payer AS payer ON payer.payer_id = claim.payer_id
WHERE claim.lines > 0 OR holding.finding_id IS NOT NULL;
