-- what a 271 or 270 set says, briefly: temporary tables summary_set, summary_problem and rejects (one row per AAA)
CREATE OR REPLACE TEMP TABLE summary_set AS
SELECT header.set_id, header.reference, coalesce(people.people, 0) AS people, coalesce(eb.benefits, 0) AS benefits, coalesce(eq.inquiries, 0) AS inquiries
FROM x12_271_header AS header
LEFT JOIN (SELECT set_id, count(*) AS people FROM x12_271_level WHERE level IN ('subscriber', 'dependent') GROUP BY 1) AS people USING (set_id)
LEFT JOIN (SELECT set_id, count(*) AS benefits FROM x12_271_benefit GROUP BY 1) AS eb USING (set_id)
LEFT JOIN (SELECT set_id, count(*) AS inquiries FROM x12_271_inquiry GROUP BY 1) AS eq USING (set_id);

CREATE OR REPLACE TEMP TABLE summary_problem AS
FROM x12_stray_problem('x12_271_header');

CREATE OR REPLACE TEMP TABLE summary_rejects AS
SELECT set_id, segment_no, level, reason, follow_up FROM x12_271_reject;
