-- one row per claim that was answered: the first answer of the first payer that spoke (reversals, corrections and what later
-- payers say come after it; a predetermination, CLP02 25, answers no claim)
select
    remit_claim_id, claim_id, payer_turn, posted_on, remit_on, practice_id, provider_id, payer_id, charge_amount, paid_amount, location_id,
    posting_key
from {{ ref('int_answer') }}
where place = 1
