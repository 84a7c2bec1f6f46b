-- what a 277CA set says: temporary tables summary_set, summary_problem, and the lists claims (one row per claim), levels (one row per
-- status above claim level) and totals (one row per level that states any)
CREATE OR REPLACE TEMP TABLE summary_set AS
SELECT batch.set_id, batch.reference, coalesce(least_known.unlisted_rejected, 0) AS unlisted_rejected, coalesce(least_known.unlisted_accepted, 0) AS unlisted_accepted
FROM x12_277ca_batch AS batch
LEFT JOIN (
    -- the receiver's totals and the providers' count the same claims
    SELECT set_id, greatest(coalesce(sum(unlisted_rejected) FILTER (level = 'receiver'), 0), coalesce(sum(unlisted_rejected) FILTER (level = 'provider'), 0)) AS unlisted_rejected,
           greatest(coalesce(sum(unlisted_accepted) FILTER (level = 'receiver'), 0), coalesce(sum(unlisted_accepted) FILTER (level = 'provider'), 0)) AS unlisted_accepted
    FROM x12_277ca_total GROUP BY 1
) AS least_known USING (set_id);

CREATE OR REPLACE TEMP TABLE summary_header AS FROM x12_header();

CREATE OR REPLACE TEMP TABLE summary_problem AS
FROM x12_stray_problem('summary_header')
UNION ALL
SELECT set_id, segment_no, code, text, false AS is_fatal FROM (
    SELECT set_id, segment_no, CASE WHEN unlisted_rejected > 0 THEN 'UNLISTED_REJECTED' ELSE 'TOTALS' END AS code,
           concat('At ', level, ' level the file counts ', coalesce(stated_accepted, 0), ' accepted and ', coalesce(stated_rejected, 0), ' rejected claims and lists ',
                  listed_accepted, ' and ', listed_rejected, '; it states ', dollars(coalesce(stated_accepted_cents, 0)), ' and ', dollars(coalesce(stated_rejected_cents, 0)),
                  ', the claims listed come to ', dollars(listed_accepted_cents), ' and ', dollars(listed_rejected_cents), '.',
                  CASE WHEN unlisted_rejected > 0 THEN concat(' ', unlisted_rejected, ' rejected claims are not named.') ELSE '' END) AS text
    FROM x12_277ca_total WHERE NOT is_rejected AND NOT (counts_tie AND amounts_tie)
    UNION ALL
    SELECT set_id, segment_no, 'STC_CATEGORY', 'The status category is not one a 277CA gives.' FROM x12_277ca_status WHERE verdict = 'unknown'
    UNION ALL
    SELECT set_id, segment_no, 'STC_ACTION', concat('Category ', category, ' and action ', action, ' disagree; the category decides.')
    FROM x12_277ca_status WHERE level = 'claim' AND verdict <> 'unknown' AND action IN ('U', 'WQ') AND (verdict = 'rejected') <> (action = 'U')
);

CREATE OR REPLACE TEMP TABLE summary_claims AS
SELECT set_id, segment_no, claim_id, category, status, verdict AS disposition, amount_cents, payer_claim_number FROM x12_277ca_claim;

CREATE OR REPLACE TEMP TABLE summary_levels AS
SELECT set_id, segment_no, level, category, status, verdict AS disposition, batch_reference FROM x12_277ca_status WHERE level NOT IN ('claim', 'line');

CREATE OR REPLACE TEMP TABLE summary_totals AS
SELECT set_id, segment_no, level, stated_accepted, stated_rejected, stated_accepted_cents, stated_rejected_cents, listed_accepted, listed_rejected,
       listed_accepted_cents, listed_rejected_cents, unlisted_accepted, unlisted_rejected, counts_tie AND amounts_tie AS ties
FROM x12_277ca_total
WHERE stated_accepted IS NOT NULL OR stated_rejected IS NOT NULL OR stated_accepted_cents IS NOT NULL OR stated_rejected_cents IS NOT NULL;
