-- one row per claim and version sent to its first payer: when, and when each stage first answered and first refused it
select
    claim_id, version, practice_id, payer_id, provider_id, location_id, entered_on, charge_amount, sent_on, interchange_on, interchange_rejected_on,
    set_on, set_rejected_on, clearinghouse_on, clearinghouse_rejected_on, payer_on, payer_rejected_on, accepted_on, gate_on, gate_rejected_on,
    is_first_accepted, {{ days_from('entered_on', 'sent_on') }} as claim_days
from {{ ref('int_submission') }}
