-- 277CA: every status as read, with the set of ours its batch reference (our BHT03) names; above claim level that set is what it
-- speaks of, at claim level it tells which submission of the claim is meant. Ours is what went to the partner it came from.
CREATE OR REPLACE TEMP TABLE answered_set AS
SELECT said.set_id, sent.st02, sent.reference, sent.claims
FROM (SELECT DISTINCT set_id, batch_reference AS reference FROM x12_277ca_status) AS said
JOIN submission.transaction_set AS sent USING (reference)
JOIN submission.interchange AS outbound USING (isa13)
SEMI JOIN may_answer ON may_answer.set_id = said.set_id AND may_answer.partner_id = outbound.partner_id;

-- one row per claim of ours that is named, or is of a batch that is named, and what was sent of it to that partner, in any payer's turn
CREATE OR REPLACE TEMP TABLE answered_claim AS
SELECT said.set_id, claim.claim_id, claim.payer_turn, claim.version, claim.st02
FROM (SELECT DISTINCT set_id, claim_id FROM x12_277ca_claim
      UNION SELECT set_id, claim_id FROM answered_set JOIN submission.sent_claim USING (st02)) AS said
JOIN submission.sent_claim AS claim USING (claim_id)
JOIN submission.interchange AS outbound USING (isa13)
SEMI JOIN may_answer ON may_answer.set_id = said.set_id AND may_answer.partner_id = outbound.partner_id;

INSERT INTO acknowledgments.claim_status
SELECT said.set_id, said.segment_no * 100 + said.place, said.segment_no, said.file_id, said.level, said.claim_id, said.category, said.status, said.entity,
       said.action, said.amount_cents, said.payer_claim_number, sent.st02,
       CASE WHEN said.level IN ('claim', 'line') THEN claim.claim_id IS NOT NULL ELSE sent.st02 IS NOT NULL END, CAST($today AS DATE), $run_id, written.source
FROM x12_277ca_status AS said
LEFT JOIN x12_277ca_batch AS written ON written.set_id = said.set_id
LEFT JOIN answered_set AS sent ON sent.set_id = said.set_id AND sent.reference = said.batch_reference
LEFT JOIN (SELECT DISTINCT set_id, claim_id FROM answered_claim) AS claim ON claim.set_id = said.set_id AND claim.claim_id = said.claim_id;

-- one row per claim of ours that a rejection above claim level reaches. The receiver's reaches every claim of the batch. A
-- provider's reaches those listed under it, and those not listed at all when no other provider of the batch could be theirs.
CREATE OR REPLACE TEMP TABLE rejected_above AS
SELECT said.set_id, said.segment_no * 100 + said.place AS status_no, claim.claim_id, claim.payer_turn, claim.version, claim.st02
FROM x12_277ca_status AS said
JOIN answered_set AS sent ON sent.set_id = said.set_id AND sent.reference = said.batch_reference
JOIN answered_claim AS claim ON claim.set_id = said.set_id AND claim.st02 = sent.st02
LEFT JOIN (SELECT set_id, claim_id, list(provider_at) AS providers FROM x12_277ca_claim GROUP BY ALL) AS listed
  ON listed.set_id = said.set_id AND listed.claim_id = claim.claim_id
LEFT JOIN (SELECT set_id, bool_and(is_rejected) AS all_rejected FROM x12_277ca_total WHERE level = 'provider' GROUP BY 1) AS others ON others.set_id = said.set_id
WHERE said.verdict = 'rejected' AND said.level NOT IN ('claim', 'line')
  AND (said.level <> 'provider' OR list_contains(listed.providers, said.hl_at) OR (listed.claim_id IS NULL AND others.all_rejected));

-- one row per level whose totals do not tie, with what is wrong and the claims of our batch the file does not list
CREATE OR REPLACE TEMP TABLE untied AS
SELECT total.*, missing.claims AS missing, coalesce(sent.claims, 0) AS sent_claims,
       concat('At ', total.level, ' level the file counts ', coalesce(stated_accepted, 0), ' accepted and ', coalesce(stated_rejected, 0), ' rejected claims (QTY) and lists ',
              listed_accepted, ' and ', listed_rejected, CASE WHEN listed > listed_accepted + listed_rejected
              THEN concat(', and ', listed - listed_accepted - listed_rejected, ' of an unknown category') ELSE '' END, '.') AS counts,
       concat(' It states ', dollars(coalesce(stated_accepted_cents, 0)), ' accepted and ', dollars(coalesce(stated_rejected_cents, 0)), ' rejected (AMT); the claims listed come to ',
              dollars(listed_accepted_cents), ' and ', dollars(listed_rejected_cents), '.') AS amounts
FROM x12_277ca_total AS total
LEFT JOIN (SELECT DISTINCT set_id, receiver_at, batch_reference FROM x12_277ca_status) AS batch
  ON batch.set_id = total.set_id AND batch.receiver_at = total.hl_at AND total.level = 'receiver'
LEFT JOIN answered_set AS sent ON sent.set_id = total.set_id AND sent.reference = batch.batch_reference
LEFT JOIN (SELECT claim.set_id, claim.st02, list(claim.claim_id ORDER BY claim.claim_id) AS claims
           FROM answered_claim AS claim ANTI JOIN x12_277ca_claim AS listed ON listed.set_id = claim.set_id AND listed.claim_id = claim.claim_id
           GROUP BY ALL) AS missing ON missing.set_id = total.set_id AND missing.st02 = sent.st02
WHERE NOT total.is_rejected
  AND (NOT counts_tie OR NOT amounts_tie OR (sent.claims IS NOT NULL AND coalesce(stated_accepted, 0) + coalesce(stated_rejected, 0) > sent.claims));

INSERT OR IGNORE INTO transport.problem
SELECT short_id('X', concat_ws('|', file_id, code, segment_no)), file_id, set_id, 'claim', code, segment_no, text, CAST($today AS DATE), $run_id
FROM (
    SELECT ack.set_id, ack.file_id, ack.segment_no, 'ORPHAN_277CA' AS code,
           CASE WHEN sent.claim_id IS NULL THEN 'The 277CA speaks of a claim we never sent; it may be another practice''s. Tell the partner, and do not keep it.'
                ELSE 'The 277CA speaks of a claim that was sent to another partner; it was left as it is. Ask this partner what it answers.' END AS text
    FROM acknowledgments.claim_status AS ack LEFT JOIN (SELECT DISTINCT claim_id FROM submission.sent_claim) AS sent USING (claim_id)
    WHERE ack.level = 'claim' AND NOT ack.is_ours
    UNION ALL
    SELECT set_id, file_id, segment_no, 'ORPHAN_BATCH', 'The 277CA rejects a batch as a whole, but names none that we sent to this partner; no claim was moved. Ask which is meant.'
    FROM acknowledgments.claim_status AS said JOIN codes.answer AS answer ON answer.transaction = '277CA' AND answer.code = said.category
    WHERE level NOT IN ('claim', 'line') AND NOT is_ours AND answer.outcome = 'rejected'
    UNION ALL
    SELECT set_id, file_id, segment_no, 'STC_CATEGORY',
           concat('Status category ', coalesce(nullif(regexp_extract(category, '^[A-Z]{1,2}[0-9]{1,2}$'), ''), 'something else'), ' is not one a 277CA gives; the claim was left as it is.')
    FROM acknowledgments.claim_status WHERE category NOT IN (SELECT code FROM codes.answer WHERE transaction = '277CA')
    UNION ALL
    SELECT set_id, file_id, segment_no, 'STC_ACTION', concat('Category ', category, ' and action ', action, ' disagree; the category decided.')
    FROM acknowledgments.claim_status AS said JOIN codes.answer AS answer ON answer.transaction = '277CA' AND answer.code = said.category
    WHERE level = 'claim' AND action IN ('U', 'WQ') AND (answer.outcome = 'rejected') <> (action = 'U')
    UNION ALL
    SELECT said.set_id, said.file_id, said.segment_no, 'PROVIDER_REJECTED',
           'All claims of one provider are rejected without being listed, and the batch has other providers: nothing says which claims are meant. Ask the partner.'
    FROM x12_277ca_status AS said JOIN acknowledgments.claim_status AS kept ON kept.set_id = said.set_id AND kept.status_no = said.segment_no * 100 + said.place
    ANTI JOIN rejected_above AS reached ON reached.set_id = said.set_id AND reached.status_no = said.segment_no * 100 + said.place
    WHERE said.level = 'provider' AND said.verdict = 'rejected' AND kept.is_ours
    UNION ALL
    -- claims counted as rejected and not listed: nobody may guess which they are, but the batch says which it can be
    SELECT untied.set_id, sets.file_id, untied.segment_no, 'UNLISTED_REJECTED',
           concat(counts, ' ', unlisted_rejected, ' rejected claims are not named',
                  CASE WHEN missing IS NOT NULL THEN concat('; of our batch these are not in the file: ', array_to_string(missing[1:10], ', '),
                                                            CASE WHEN len(missing) > 10 THEN concat(' and ', len(missing) - 10, ' more') ELSE '' END) ELSE '' END, '. Ask the partner which.')
    FROM untied JOIN answer_set AS sets USING (set_id) WHERE unlisted_rejected > 0
    UNION ALL
    SELECT untied.set_id, sets.file_id, untied.segment_no, 'TOTALS',
           concat(counts, CASE WHEN NOT amounts_tie THEN amounts ELSE '' END,
                  CASE WHEN sent_claims > 0 AND coalesce(stated_accepted, 0) + coalesce(stated_rejected, 0) > sent_claims
                       THEN concat(' Our batch has ', sent_claims, '.') ELSE '' END, ' What is said of each claim was applied.')
    FROM untied JOIN answer_set AS sets USING (set_id) WHERE unlisted_rejected = 0
) WHERE set_id IN (SELECT set_id FROM answer_set);
