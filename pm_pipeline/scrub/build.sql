-- write the claims that are new or say something else than before; what an 837P said before is in the emitted bytes
DELETE FROM scrub.claim_line WHERE claim_id IN (SELECT claim_id FROM scrub_rebuilt WHERE action <> 'empty');

DELETE FROM scrub.claim WHERE claim_id IN (SELECT claim_id FROM scrub_rebuilt WHERE action <> 'empty');

INSERT INTO scrub.claim BY NAME
SELECT fresh.*, rebuilt.content_hash, CAST($today AS DATE) AS built_on, $run_id AS run_id
FROM scrub_new_claim AS fresh JOIN scrub_rebuilt AS rebuilt USING (claim_id);

INSERT INTO scrub.claim_line BY NAME
SELECT line.* FROM scrub_new_line AS line SEMI JOIN scrub_rebuilt USING (claim_id);

UPDATE scrub.claim SET lines = 0, content_hash = rebuilt.content_hash, built_on = CAST($today AS DATE), run_id = $run_id
FROM scrub_rebuilt AS rebuilt
WHERE rebuilt.claim_id = claim.claim_id AND rebuilt.action = 'empty';

INSERT INTO scrub.fix
SELECT short_id('X', concat_ws('|', claim_id, charge_id, column_name, rule_id, rule_version, coalesce(before, ''))) AS fix_id,
       claim_id, line_no, column_name, before, after, rule_id, rule_version, CAST($today AS DATE), $run_id
FROM scrub_draft_fix
WHERE claim_id IN (SELECT claim_id FROM scrub_rebuilt) AND fix_id NOT IN (SELECT fix_id FROM scrub.fix);

INSERT INTO scrub.charge_file SELECT file_id, CAST($today AS DATE), $run_id FROM scrub_fresh_file;

-- nothing is left to correct on a claim whose charges are all voided
INSERT INTO scrub.finding_cleared
SELECT finding_id, CAST($today AS DATE), $run_id
FROM scrub.open_finding WHERE claim_id IN (SELECT claim_id FROM scrub_rebuilt WHERE action = 'void');
