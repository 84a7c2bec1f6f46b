-- one row per remittance line (or remittance claim without lines) and act of posting: what became of its money
select remit_line_id, remit_claim_id, posting_key, charge_id, outcome, {{ dollars('paid_cents') }} as paid_amount, posted_on
from {{ source('posting', 'line_outcome') }}
