-- one row when something was ever owed on claim $claim_id in turn $payer_turn: by whom, and since which payment of a payer before it
CREATE OR REPLACE TEMP TABLE filing_claim AS SELECT CAST($claim_id AS VARCHAR) AS claim_id;

SELECT payer_id, since AS prior_remittance_on FROM receivables.later_turns('filing_claim') WHERE turn_no = scrub.turn_no($payer_turn);
