-- 999 or 997 ($kind): the group's answer, then each set's; a set left out is accepted when the count of accepted sets (AK904) says so
INSERT INTO acknowledgments.group_ack
SELECT ack.set_id, ack.file_id, ack.segment_no, ack.gs06, ack.ak901, ack.sets_sent, ack.sets_received, ack.sets_accepted,
       ours.gs06 IS NOT NULL AND coalesce(ack.ak101 = 'HC', false), CAST($today AS DATE), $run_id
FROM x12_999_group AS ack
LEFT JOIN (SELECT set_id, gs06 FROM x12_999_group JOIN submission.interchange USING (gs06) SEMI JOIN may_answer USING (set_id, partner_id)) AS ours
  ON ours.set_id = ack.set_id;

-- what the group as a whole was refused with counts for each of its sets; of two AK2 loops for one set the first counts
CREATE OR REPLACE TEMP TABLE set_answer AS
SELECT one.set_id, one.st02, one.file_id, one.segment_no, one.ik501 AS own_ik501,
       CASE WHEN ack.ak901 IS NULL THEN 'none' WHEN ack.ak901 NOT IN ('A', 'E', 'P') THEN ack.ak901 ELSE coalesce(one.ik501, 'none') END AS ik501,
       sent.st02 IS NOT NULL AS is_ours, coalesce(error.texts, []) AS errors
FROM x12_999_set AS one
JOIN acknowledgments.group_ack AS ack USING (set_id)
LEFT JOIN (SELECT st02, gs06 FROM submission.transaction_set JOIN submission.interchange USING (isa13)) AS sent
  ON sent.st02 = one.st02 AND sent.gs06 = ack.gs06 AND ack.is_ours
LEFT JOIN (SELECT set_id, ak2_at, list(text ORDER BY segment_no) AS texts FROM x12_999_error GROUP BY ALL) AS error
  ON error.set_id = one.set_id AND error.ak2_at = one.segment_no
WHERE one.st02 IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY one.set_id, one.st02 ORDER BY one.segment_no) = 1;

INSERT INTO acknowledgments.set_ack
SELECT set_id, st02, file_id, segment_no, ik501, false, is_ours, errors, CAST($today AS DATE), $run_id FROM set_answer
UNION ALL
SELECT ack.set_id, sent.st02, ack.file_id, ack.segment_no, CASE WHEN ack.ak901 IN ('A', 'E', 'P') THEN 'A' ELSE ack.ak901 END, true, true, [],
       CAST($today AS DATE), $run_id
FROM acknowledgments.group_ack AS ack
JOIN submission.interchange AS outbound USING (gs06)
JOIN submission.transaction_set AS sent USING (isa13)
LEFT JOIN (SELECT set_id, count(*) FILTER (ik501 IN ('A', 'E')) AS accepted, count(*) AS listed FROM set_answer WHERE is_ours GROUP BY 1)
       AS said USING (set_id)
ANTI JOIN set_answer ON set_answer.set_id = ack.set_id AND set_answer.st02 = sent.st02
WHERE ack.set_id IN (SELECT set_id FROM answer_set) AND ack.is_ours
  AND CASE WHEN ack.ak901 IN ('A', 'E', 'P')
           THEN ack.sets_accepted = coalesce(said.accepted, 0) + outbound.sets - coalesce(said.listed, 0)
           ELSE ack.ak901 IS NOT NULL END;

-- where each error lies: its place in the set is a place in the file we sent, and with it the claim it stands in
INSERT INTO acknowledgments.set_error
SELECT error.set_id, error.segment_no, one.file_id, one.st02, error.segment_id, error.position, error.loop, error.segment_code,
       error.element, error.component, error.element_reference, error.element_code,
       CASE WHEN sent.first_segment_no + error.position - 1 <= claim.last_segment_no THEN claim.claim_id END,
       CASE WHEN sent.first_segment_no + error.position - 1 <= claim.last_segment_no THEN claim.version END, CAST($today AS DATE), $run_id
FROM x12_999_error AS error
JOIN x12_999_set AS one ON one.set_id = error.set_id AND one.segment_no = error.ak2_at
LEFT JOIN (SELECT set_answer.set_id, set_answer.segment_no, sent.st02, sent.first_segment_no
           FROM set_answer JOIN submission.transaction_set AS sent USING (st02) WHERE set_answer.is_ours) AS sent
  ON sent.set_id = one.set_id AND sent.segment_no = one.segment_no
ASOF LEFT JOIN submission.sent_claim AS claim
  ON claim.st02 = sent.st02 AND sent.first_segment_no + error.position - 1 >= claim.first_segment_no;

INSERT OR IGNORE INTO transport.problem
SELECT short_id('X', concat_ws('|', file_id, code, segment_no)), file_id, set_id, 'set', code, segment_no, text, CAST($today AS DATE), $run_id
FROM (
    SELECT ack.set_id, ack.file_id, ack.segment_no, concat('ORPHAN_', $kind) AS code,
           concat('The ', $kind, ' answers group ', coalesce(CAST(ack.gs06 AS VARCHAR), '(no number)'),
                  CASE WHEN sent.gs06 IS NULL THEN ', which we never sent.' ELSE ', which is no group of ours to this partner.' END) AS text
    FROM acknowledgments.group_ack AS ack LEFT JOIN submission.interchange AS sent USING (gs06) WHERE NOT ack.is_ours
    UNION ALL
    SELECT set_id, file_id, segment_no, 'NO_AK9', concat('The ', $kind, ' has no AK9 segment; that is never an acceptance. Ask the partner for a whole one.')
    FROM acknowledgments.group_ack WHERE ak901 IS NULL
    UNION ALL
    SELECT set_id, file_id, segment_no, 'AK9_CODE', 'AK901 is no answer to a group; its claims were left as they are.'
    FROM acknowledgments.group_ack WHERE is_ours AND ak901 <> 'P' AND ak901 NOT IN (SELECT code FROM codes.answer WHERE transaction = '999')
    UNION ALL
    SELECT ack.set_id, ack.file_id, ack.segment_no, 'AK9_DISAGREES',
           concat('AK901 is ', ack.ak901, ', all accepted, but ', count(*), ' sets are answered with a rejection; each set''s own answer decided.')
    FROM acknowledgments.group_ack AS ack JOIN set_answer AS one USING (set_id)
    JOIN codes.answer AS answer ON answer.transaction = '999' AND answer.code = one.own_ik501 AND answer.outcome = 'rejected'
    WHERE ack.is_ours AND one.is_ours AND ack.ak901 IN ('A', 'E') GROUP BY ack.set_id, ack.file_id, ack.segment_no, ack.ak901
    UNION ALL
    SELECT one.set_id, one.file_id, one.segment_no, 'ORPHAN_SET', concat('The ', $kind, ' speaks of set ', one.st02, ', which is not in the group it answers.')
    FROM set_answer AS one JOIN acknowledgments.group_ack AS ack USING (set_id) WHERE ack.is_ours AND NOT one.is_ours
    UNION ALL
    SELECT one.set_id, one.file_id, one.segment_no, 'ORPHAN_SET', concat('The ', $kind, ' speaks of a set whose AK202 is no number, so it is none of ours.')
    FROM x12_999_set AS one WHERE one.st02 IS NULL
    UNION ALL
    SELECT set_id, file_id, segment_no, 'IK5_CODE',
           concat('Set ', st02, CASE WHEN own_ik501 IS NULL THEN ' has no answer (IK5, in a 997 AK5)' ELSE ' has an answer that is no IK501 code' END, '; its claims were left as they are.')
    FROM set_answer WHERE ik501 NOT IN (SELECT code FROM codes.answer WHERE transaction = '999')
    UNION ALL
    SELECT ack.set_id, ack.file_id, ack.segment_no, 'SETS_UNANSWERED',
           concat('AK904 says ', coalesce(CAST(ack.sets_accepted AS VARCHAR), 'nothing'), ' sets were accepted, which does not tie with the sets listed; those left out stay unanswered.')
    FROM acknowledgments.group_ack AS ack JOIN submission.interchange AS outbound USING (gs06)
    LEFT JOIN (SELECT set_id, count(*) AS answered FROM acknowledgments.set_ack WHERE is_ours GROUP BY 1) AS known USING (set_id)
    WHERE ack.is_ours AND outbound.sets > coalesce(known.answered, 0)
) WHERE set_id IN (SELECT set_id FROM answer_set);
