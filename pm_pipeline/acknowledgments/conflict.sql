-- a TA1 says nothing of an interchange was received, a 999 or 997 of the same interchange says its group was taken. Both cannot be
-- true. The rule: the rejection stands, whichever came first (a state moves forward only, and a claim thought rejected is looked
-- at by a person, one thought accepted by nobody), and the contradiction is a problem at the TA1.
INSERT OR IGNORE INTO transport.problem
SELECT short_id('X', concat_ws('|', ta1.file_id, 'TA1_CONFLICT', ta1.segment_no)), ta1.file_id, ta1.set_id, 'set', 'TA1_CONFLICT', ta1.segment_no,
       concat('This TA1 rejects interchange ', ta1.isa13, ', but a 999 or 997 accepts its group ', sent.gs06,
              '. The rejection stands; ask the partner which is true before anything of it is sent again.'), CAST($today AS DATE), $run_id
FROM acknowledgments.interchange_ack AS ta1
JOIN submission.interchange AS sent USING (isa13)
JOIN acknowledgments.group_ack AS took ON took.gs06 = sent.gs06
WHERE ta1.is_ours AND ta1.ta104 = 'R' AND ta1.ta105 <> '025' AND took.is_ours AND took.ak901 IN ('A', 'E', 'P')
  AND (ta1.set_id IN (SELECT set_id FROM answer_set) OR took.set_id IN (SELECT set_id FROM answer_set));
