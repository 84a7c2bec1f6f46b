-- what a 999 or 997 set says: temporary tables summary_set, summary_problem, and the lists sets (one row per AK2) and errors (one row per
-- IK3 or IK4, without the bad value)
CREATE OR REPLACE TEMP TABLE summary_set AS
SELECT set_id, ak101 AS gs01, gs06, ak901 AS group_code, sets_sent, sets_received, sets_accepted FROM x12_999_group;

CREATE OR REPLACE TEMP TABLE summary_problem AS
SELECT set_id, segment_no, code, text, false AS is_fatal FROM (
    SELECT set_id, segment_no, 'NO_AK9' AS code, 'There is no AK9 segment; that is never an acceptance.' AS text FROM x12_999_group WHERE ak901 IS NULL
    UNION ALL SELECT set_id, segment_no, 'AK9_CODE', 'AK901 is no answer to a group.' FROM x12_999_group WHERE ak901 NOT IN ('A', 'E', 'P', 'R', 'M', 'W', 'X')
    UNION ALL SELECT set_id, segment_no, 'NO_AK1', 'Nothing says which group is answered (AK1).' FROM x12_999_group WHERE gs06 IS NULL
    UNION ALL SELECT set_id, segment_no, 'NO_IK5', 'The set has no IK5 (in a 997 AK5): it is not answered.' FROM x12_999_set WHERE ik501 IS NULL
    UNION ALL SELECT set_id, segment_no, 'IK5_CODE', 'IK501 is no answer to a set.' FROM x12_999_set WHERE ik501 NOT IN ('A', 'E', 'R', 'M', 'W', 'X')
    UNION ALL SELECT set_id, one.segment_no, 'AK9_DISAGREES', concat('AK901 is ', ak901, ', all accepted, but this set is rejected.')
    FROM x12_999_set AS one JOIN x12_999_group AS ack USING (set_id) WHERE ack.ak901 IN ('A', 'E') AND one.ik501 IN ('R', 'M', 'W', 'X')
);

CREATE OR REPLACE TEMP TABLE summary_sets AS
SELECT set_id, segment_no, ak202 AS st02, ik501 AS code FROM x12_999_set;

CREATE OR REPLACE TEMP TABLE summary_errors AS
SELECT set_id, segment_no, text, ak2_at, segment_id, position, loop, segment_code, element, component, element_code, claim_id FROM x12_999_error;
