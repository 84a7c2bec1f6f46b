-- what a 278 set says, briefly: temporary tables summary_set, summary_problem, decisions (one row per HCR) and rejects (one row per AAA)
CREATE OR REPLACE TEMP TABLE summary_set AS
SELECT header.set_id, header.reference, coalesce(um.reviews, 0) AS reviews
FROM x12_278_header AS header
LEFT JOIN (SELECT set_id, count(*) AS reviews FROM x12_278_review GROUP BY 1) AS um USING (set_id);

CREATE OR REPLACE TEMP TABLE summary_problem AS
FROM x12_stray_problem('x12_278_header');

CREATE OR REPLACE TEMP TABLE summary_decisions AS
SELECT set_id, segment_no, level, action, certification_number FROM x12_278_decision;

CREATE OR REPLACE TEMP TABLE summary_rejects AS
SELECT set_id, segment_no, level, reason, follow_up FROM x12_278_reject;
