-- 999: the group's answer, then each set's; a set left out is accepted when the count of accepted sets (AK904) says so
INSERT INTO acknowledgments.group_ack
SELECT ack.set_id, ack.file_id, ack.segment_no, ack.gs06, ak901, sets_sent, sets_received, sets_accepted,
       ours.gs06 IS NOT NULL AND ack.ak101 = 'HC', CAST($today AS DATE), $run_id
FROM x12_999_group AS ack LEFT JOIN submission.interchange AS ours ON ours.gs06 = ack.gs06;

CREATE OR REPLACE TEMP TABLE set_answer AS
SELECT one.set_id, one.st02, one.file_id, one.segment_no,
       CASE WHEN ack.ak901 IS NULL THEN 'none' WHEN ack.ak901 NOT IN ('A', 'E', 'P') THEN ack.ak901 ELSE coalesce(one.ik501, 'none') END AS ik501,
       false AS is_silent, sent.st02 IS NOT NULL AS is_ours,
       coalesce((SELECT list(text ORDER BY error.segment_no) FROM x12_999_error AS error
                 WHERE error.set_id = one.set_id AND error.ak2_at = one.segment_no), []) AS errors
FROM x12_999_set AS one
JOIN acknowledgments.group_ack AS ack USING (set_id)
LEFT JOIN (SELECT st02, gs06 FROM submission.transaction_set JOIN submission.interchange USING (isa13)) AS sent
  ON sent.st02 = one.st02 AND sent.gs06 = ack.gs06
WHERE one.st02 IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY one.set_id, one.st02 ORDER BY one.segment_no) = 1;

INSERT INTO acknowledgments.set_ack
SELECT set_id, st02, file_id, segment_no, ik501, is_silent, is_ours, errors, CAST($today AS DATE), $run_id FROM set_answer
UNION ALL
SELECT ack.set_id, sent.st02, ack.file_id, ack.segment_no, CASE WHEN ack.ak901 IN ('A', 'E', 'P') THEN 'A' ELSE ack.ak901 END, true, true, [],
       CAST($today AS DATE), $run_id
FROM acknowledgments.group_ack AS ack
JOIN submission.interchange AS outbound USING (gs06)
JOIN submission.transaction_set AS sent USING (isa13)
LEFT JOIN (SELECT set_id, count(*) FILTER (ik501 IN ('A', 'E')) AS accepted, count(*) AS listed FROM set_answer WHERE is_ours GROUP BY 1)
       AS said USING (set_id)
WHERE ack.set_id IN (SELECT set_id FROM x12_999_group) AND ack.is_ours
  AND NOT EXISTS (SELECT 1 FROM set_answer WHERE set_answer.set_id = ack.set_id AND set_answer.st02 = sent.st02)
  AND CASE WHEN ack.ak901 IN ('A', 'E', 'P')
           THEN ack.sets_accepted = coalesce(said.accepted, 0) + outbound.sets - coalesce(said.listed, 0)
           ELSE ack.ak901 IS NOT NULL END;

INSERT OR IGNORE INTO transport.problem
SELECT short_id('X', concat_ws('|', file_id, code, segment_no)), file_id, set_id, 'set', code, segment_no, text, CAST($today AS DATE), $run_id
FROM (
    SELECT set_id, file_id, segment_no, 'ORPHAN_999' AS code,
           concat('The 999 answers group ', coalesce(CAST(gs06 AS VARCHAR), '(no number)'), ', which we never sent.') AS text
    FROM acknowledgments.group_ack WHERE NOT is_ours
    UNION ALL
    SELECT set_id, file_id, segment_no, 'NO_AK9', 'The 999 has no AK9 segment; that is never an acceptance. Ask the partner for a whole one.'
    FROM acknowledgments.group_ack WHERE ak901 IS NULL
    UNION ALL
    SELECT set_id, file_id, segment_no, 'AK9_CODE', concat('AK901 is ', ak901, ', which is no answer to a group; its claims were left as they are.')
    FROM acknowledgments.group_ack WHERE is_ours AND ak901 <> 'P' AND ak901 NOT IN (SELECT code FROM codes.answer WHERE transaction = '999')
    UNION ALL
    SELECT one.set_id, one.file_id, one.segment_no, 'ORPHAN_SET', concat('The 999 speaks of set ', one.st02, ', which is not in the group it answers.')
    FROM set_answer AS one JOIN acknowledgments.group_ack AS ack USING (set_id) WHERE ack.is_ours AND NOT one.is_ours
    UNION ALL
    SELECT set_id, file_id, segment_no, 'IK5_CODE', concat('Set ', st02, ' has the answer ', ik501, ', which is no IK501 code; its claims were left as they are.')
    FROM set_answer WHERE ik501 NOT IN (SELECT code FROM codes.answer WHERE transaction = '999')
    UNION ALL
    SELECT ack.set_id, ack.file_id, ack.segment_no, 'SETS_UNANSWERED',
           concat('AK904 says ', coalesce(CAST(ack.sets_accepted AS VARCHAR), 'nothing'), ' sets were accepted, which does not tie with the sets listed; those left out stay unanswered.')
    FROM acknowledgments.group_ack AS ack JOIN submission.interchange AS outbound USING (gs06)
    WHERE ack.is_ours AND outbound.sets > (SELECT count(*) FROM acknowledgments.set_ack WHERE set_ack.set_id = ack.set_id AND set_ack.is_ours)
) WHERE set_id IN (SELECT set_id FROM x12_999_group);
