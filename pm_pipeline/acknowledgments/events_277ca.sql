-- one event per claim and 277CA: the worst of its statuses decides; a rejection above claim level reaches every claim below it.
-- It speaks of what was sent in the batch it names (our BHT03), of whichever payer's turn, so that an old answer told again
-- leaves a later version alone; when it names none of the claim's, of what was sent last.
CREATE OR REPLACE TEMP TABLE claim_answer AS
SELECT said.set_id, said.file_id, min(said.segment_no) AS segment_no, sent.claim_id, sent.payer_turn, sent.version,
       CASE WHEN bool_or(outcome = 'rejected') THEN 'rejected' WHEN bool_or(outcome IN ('accepted', 'split')) THEN 'accepted' ELSE 'received' END AS state,
       concat_ws(' ', '277CA', string_agg(DISTINCT concat_ws(':', category, said.status), ' ' ORDER BY concat_ws(':', category, said.status)),
                 any_value(said.payer_claim_number)) AS detail
FROM acknowledgments.claim_status AS said
JOIN codes.answer AS answer ON answer.transaction = '277CA' AND answer.code = said.category
JOIN (
    SELECT one.set_id, one.status_no, claim.claim_id, claim.payer_turn, claim.version, claim.st02
    FROM acknowledgments.claim_status AS one JOIN answered_claim AS claim USING (set_id, claim_id) WHERE one.level IN ('claim', 'line')
    UNION ALL SELECT set_id, status_no, claim_id, payer_turn, version, st02 FROM rejected_above
) AS sent USING (set_id, status_no)
LEFT JOIN (SELECT DISTINCT set_id, st02 FROM acknowledgments.claim_status WHERE st02 IS NOT NULL) AS named
  ON named.set_id = said.set_id AND named.st02 = sent.st02
WHERE said.is_ours AND said.set_id IN (SELECT set_id FROM answer_set)
GROUP BY said.set_id, said.file_id, sent.claim_id, sent.payer_turn, sent.version
QUALIFY row_number() OVER (PARTITION BY said.set_id, sent.claim_id ORDER BY bool_or(named.st02 IS NOT NULL) DESC, max(sent.st02) DESC) = 1;

INSERT INTO new_sent_event
SELECT claim_id, payer_turn, version, 'claim_' || state, state, set_id, CAST($today AS DATE), detail, file_id, segment_no FROM claim_answer;
