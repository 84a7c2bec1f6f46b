-- record what scrub_finding says about the claims of scrub_judged: new findings once, and those that no longer hold as cleared

-- of these a claim can have several at once, each with a text of its own
CREATE OR REPLACE TEMP MACRO scrub_subject(rule_id, message) AS CASE WHEN rule_id IN ('RULE-ERROR', 'FIX-ERROR') THEN message ELSE '' END;

-- one row per open finding of a judged claim that is ours to clear here: a fix that failed is judged while building, the
-- validator's (X12-...) stands until the claim says something else, the rest belongs to the rules
CREATE OR REPLACE TEMP TABLE scrub_standing_finding AS
SELECT known.finding_id, known.claim_id, known.content_hash, known.line_no, known.rule_id, known.rule_version,
       scrub_subject(known.rule_id, known.message) AS subject
FROM scrub.open_finding AS known
JOIN scrub_judged AS judged ON judged.claim_id = known.claim_id
WHERE (known.rule_id = 'FIX-ERROR') = $of_fixes
  AND NOT (starts_with(known.rule_id, 'X12-') AND known.content_hash = judged.content_hash);

-- one row per finding made now
CREATE OR REPLACE TEMP TABLE scrub_found AS
SELECT found.*, judged.content_hash, scrub_subject(found.rule_id, found.message) AS subject
FROM scrub_finding AS found
JOIN scrub_judged AS judged ON judged.claim_id = found.claim_id;

INSERT INTO scrub.finding_cleared
SELECT standing.finding_id, CAST($today AS DATE), $run_id
FROM scrub_standing_finding AS standing
ANTI JOIN scrub_found AS found
  ON found.claim_id = standing.claim_id AND found.content_hash = standing.content_hash AND found.rule_id = standing.rule_id
 AND found.rule_version = standing.rule_version AND found.subject = standing.subject
 AND coalesce(found.line_no, 0) = coalesce(standing.line_no, 0);

-- one row per finding to record
CREATE OR REPLACE TEMP TABLE scrub_new_finding AS
WITH fresh AS (
    SELECT found.* FROM scrub_found AS found
    ANTI JOIN scrub_standing_finding AS standing
      ON found.claim_id = standing.claim_id AND found.content_hash = standing.content_hash AND found.rule_id = standing.rule_id
     AND found.rule_version = standing.rule_version AND found.subject = standing.subject
     AND coalesce(found.line_no, 0) = coalesce(standing.line_no, 0)
), before AS (
    -- how often the same was found and cleared before
    SELECT claim_id, content_hash, coalesce(line_no, 0) AS line_no, rule_id, rule_version,
           scrub_subject(rule_id, message) AS subject, count(*) AS times
    FROM scrub.edit_finding WHERE claim_id IN (SELECT claim_id FROM fresh)
    GROUP BY ALL
)
SELECT short_id('F', concat_ws('|', fresh.claim_id, fresh.content_hash, coalesce(fresh.line_no, 0), fresh.rule_id, fresh.rule_version,
           fresh.subject, coalesce(before.times, 0))) AS finding_id,
       fresh.claim_id, fresh.content_hash, fresh.line_no, fresh.rule_id, fresh.rule_version, fresh.severity, fresh.message, fresh.remedy,
       CAST($today AS DATE) AS found_on, $run_id AS run_id
FROM fresh
LEFT JOIN before
       ON before.claim_id = fresh.claim_id AND before.content_hash = fresh.content_hash AND before.line_no = coalesce(fresh.line_no, 0)
      AND before.rule_id = fresh.rule_id AND before.rule_version = fresh.rule_version AND before.subject = fresh.subject;

INSERT INTO scrub.edit_finding SELECT * FROM scrub_new_finding;
