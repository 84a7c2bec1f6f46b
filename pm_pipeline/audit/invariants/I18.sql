-- one row per remittance line, adjustment, outcome or decision that is there twice
SELECT remit_line_id AS item, concat(count(*), ' remittance lines with this id') AS text FROM remittance.line GROUP BY 1 HAVING count(*) > 1
UNION ALL
SELECT adjustment_id, concat(count(*), ' adjustments with this id') FROM remittance.adjustment GROUP BY 1 HAVING count(*) > 1
UNION ALL
SELECT remit_line_id, concat(count(*), ' outcomes by posting ', posting_key) FROM posting.line_outcome_made GROUP BY remit_line_id, posting_key HAVING count(*) > 1
UNION ALL
SELECT adjustment_id, concat(count(*), ' decisions by posting ', posting_key) FROM posting.decision_made GROUP BY adjustment_id, posting_key HAVING count(*) > 1;
