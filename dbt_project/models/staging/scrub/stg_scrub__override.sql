-- one row per finding that a person lets a claim go in spite of
select override_id, claim_id, rule_id, line_no, finding_id, until_on, actor, decided_on, run_id
from {{ source('scrub', 'override') }}
