-- one row per TA1 segment, tied to our interchange; one that is not ours, or has a code we do not know, is a problem
INSERT INTO acknowledgments.interchange_ack
SELECT ack.set_id, ack.file_id, ack.segment_no, ack.isa13, ta104, ta105, ours.isa13 IS NOT NULL, CAST($today AS DATE), $run_id
FROM x12_ta1 AS ack
LEFT JOIN (SELECT set_id, isa13 FROM x12_ta1 JOIN submission.interchange USING (isa13) SEMI JOIN may_answer USING (set_id, partner_id)) AS ours
  ON ours.set_id = ack.set_id AND ours.isa13 = ack.isa13;

INSERT OR IGNORE INTO transport.problem
SELECT short_id('X', concat_ws('|', file_id, code, segment_no)), file_id, set_id, 'set', code, segment_no, text, CAST($today AS DATE), $run_id
FROM (
    SELECT ack.*, 'ORPHAN_TA1' AS code, concat('The TA1 answers interchange ', coalesce(CAST(ack.isa13 AS VARCHAR), '(no number)'),
               CASE WHEN sent.isa13 IS NULL THEN ', which we never sent.' ELSE ', which we sent to another partner.' END, ' Ask the partner whose it is.') AS text
    FROM acknowledgments.interchange_ack AS ack LEFT JOIN submission.interchange AS sent USING (isa13) WHERE NOT is_ours
    UNION ALL
    SELECT *, 'TA1_CODE', 'TA104 is not A, E or R; nothing was changed by it.'
    FROM acknowledgments.interchange_ack WHERE ta104 NOT IN (SELECT code FROM codes.answer WHERE transaction = 'TA1')
    UNION ALL
    SELECT *, 'TA1_REJECTED', concat('The partner rejected interchange ', isa13, ' with note ', coalesce(nullif(regexp_extract(ta105, '^[0-9]{3}$'), ''), '(none)'), ': nothing in it was received.')
    FROM acknowledgments.interchange_ack WHERE is_ours AND ta104 = 'R' AND ta105 <> '025'
    UNION ALL
    SELECT *, 'TA1_DUPLICATE', concat('The partner has interchange ', isa13, ' already and refused a second copy; the first one stands.')
    FROM acknowledgments.interchange_ack WHERE is_ours AND ta104 = 'R' AND ta105 = '025'
) WHERE set_id IN (SELECT set_id FROM answer_set);
