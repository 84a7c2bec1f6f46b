-- lines that posted on their claim as a whole, and whose charge a person named, or has become known since: what they moved moves to
-- the charge. That comes before what else this run posts, which takes back or builds on it

CREATE OR REPLACE TEMP TABLE line_placed AS
SELECT concat('resolution:', said.resolution_id) AS txn_key, said.actor, said.resolution_id AS rule_id, said.target AS charge_id,
       unplaced.* EXCLUDE (claim_id), said.resolution_id, charge.dos_from, charge.provider_id
FROM unplaced JOIN said ON said.exception_id = unplaced.exception_id AND said.action = 'place'
JOIN charges.charge AS charge ON charge.charge_id = said.target;

INSERT INTO line_placed
SELECT concat('line_found:', remit_line_id, posting.again(attempt)), 'policy', 'LINE_FOUND', found.charge_id,
       unplaced.* EXCLUDE (claim_id), NULL, charge.dos_from, charge.provider_id
FROM unplaced JOIN matched_line AS found USING (remit_line_id)
JOIN charges.charge AS charge ON charge.charge_id = found.charge_id
WHERE unplaced.exception_id NOT IN (SELECT exception_id FROM line_placed);
