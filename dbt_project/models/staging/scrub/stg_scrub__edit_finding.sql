-- one row per thing an edit found on a claim or line
select finding_id, claim_id, content_hash, line_no, rule_id, rule_version, severity, message, remedy, found_on, run_id
from {{ source('scrub', 'edit_finding') }}
