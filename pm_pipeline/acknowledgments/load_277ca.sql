-- 277CA: every status as read, with the set of ours its batch reference (our BHT03) names; above claim level that set is what it
-- speaks of, at claim level it tells which submission of the claim is meant
INSERT INTO acknowledgments.claim_status
SELECT said.set_id, said.segment_no * 100 + said.place, said.segment_no, said.file_id, said.level, said.claim_id, said.category, said.status, said.entity,
       said.action, said.amount_cents, said.payer_claim_number, sent.st02,
       CASE WHEN said.level IN ('claim', 'line') THEN claim.claim_id IS NOT NULL ELSE sent.st02 IS NOT NULL END, CAST($today AS DATE), $run_id
FROM x12_277ca_status AS said
LEFT JOIN submission.transaction_set AS sent ON sent.reference = said.batch_reference
LEFT JOIN (SELECT DISTINCT claim_id FROM submission.batch_claim) AS claim ON claim.claim_id = said.claim_id;

INSERT OR IGNORE INTO transport.problem
SELECT short_id('X', concat_ws('|', file_id, code, segment_no)), file_id, set_id, 'claim', code, segment_no, text, CAST($today AS DATE), $run_id
FROM (
    SELECT set_id, file_id, segment_no, 'ORPHAN_277CA' AS code,
           'The 277CA speaks of a claim we never sent; it may be another practice''s. Tell the partner, and do not keep it.' AS text
    FROM acknowledgments.claim_status WHERE level = 'claim' AND NOT is_ours
    UNION ALL
    SELECT set_id, file_id, segment_no, 'ORPHAN_BATCH', 'The 277CA rejects a batch as a whole, but names none that we sent; no claim was moved. Ask the partner which is meant.'
    FROM acknowledgments.claim_status AS said JOIN codes.answer AS answer ON answer.transaction = '277CA' AND answer.code = said.category
    WHERE level NOT IN ('claim', 'line') AND NOT is_ours AND answer.outcome = 'rejected'
    UNION ALL
    SELECT set_id, file_id, segment_no, 'STC_CATEGORY', concat('Status category ', category, ' is not one a 277CA gives; the claim was left as it is.')
    FROM acknowledgments.claim_status WHERE category NOT IN (SELECT code FROM codes.answer WHERE transaction = '277CA')
    UNION ALL
    SELECT set_id, file_id, segment_no, 'STC_ACTION', concat('Category ', category, ' and action ', action, ' disagree; the category decided.')
    FROM acknowledgments.claim_status AS said JOIN codes.answer AS answer ON answer.transaction = '277CA' AND answer.code = said.category
    WHERE level = 'claim' AND (answer.outcome = 'rejected') <> (action = 'U')
    UNION ALL
    SELECT total.set_id, any_value(file_id), min(said.segment_no), 'TOTALS',
           concat('The file says it rejects ', any_value(total.claims), ' claims but lists ', count(DISTINCT said.claim_id) FILTER (answer.outcome = 'rejected'), '.')
    FROM x12_277ca_total AS total
    JOIN acknowledgments.claim_status AS said ON said.set_id = total.set_id
    LEFT JOIN codes.answer AS answer ON answer.transaction = '277CA' AND answer.code = said.category AND said.level = 'claim'
    WHERE total.qualifier = 'AA' AND total.level = 'receiver'
    GROUP BY total.set_id
    HAVING any_value(total.claims) <> count(DISTINCT said.claim_id) FILTER (answer.outcome = 'rejected')
) WHERE set_id IN (SELECT set_id FROM x12_set_text);
