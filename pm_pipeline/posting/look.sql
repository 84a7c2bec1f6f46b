-- what posted but should be looked at, by what the remittance says and where the claim stood before

-- one row per claim posted in this run that is neither a reversal nor an estimate
CREATE OR REPLACE TEMP TABLE posted_now AS
SELECT remit_claim_id, blocked.payment_id, blocked.claim_id, blocked.match_by, clp01, blocked.paid_cents, patient_cents, effective_on, again, posted.adjusted_cents FROM blocked
JOIN posting.posting AS posted USING (remit_claim_id)
WHERE posted.kind IN ('post', 'release') AND NOT is_reversal AND NOT is_estimate AND remit_claim_id IN (SELECT remit_claim_id FROM posted_in_run);

-- found by the payer's number, and CLP01 is the beginning of ours: what is short of eight characters may be anything
INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', 'CLAIM_ID_CUT', remit_claim_id, again)), 'CLAIM_ID_CUT', 'remit_claim', remit_claim_id, payment_id, remit_claim_id, claim_id, paid_cents,
       concat('CLP01 has the first ', len(clp01), ' of ', len(claim_id), ' characters of our number'), false, CAST($today AS DATE), $run_id
FROM posted_now WHERE match_by = 'payer_claim_number' AND len(clp01) >= 8 AND starts_with(claim_id, clp01);

-- CLP05 is what the payer says the patient owes; the CAS are what moves
INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', 'PR_MISMATCH', remit_claim_id, again)), 'PR_MISMATCH', 'remit_claim', remit_claim_id, payment_id, remit_claim_id, claim_id,
       coalesce(patient.cents, 0) - patient_cents, concat('CLP05 ', patient_cents, ' cents, the CAS of group PR come to ', coalesce(patient.cents, 0)), false,
       CAST($today AS DATE), $run_id
FROM posted_now
LEFT JOIN (SELECT remit_claim_id, sum(cents) AS cents FROM remittance.adjustment SEMI JOIN posted_now USING (remit_claim_id) WHERE group_code = 'PR' GROUP BY 1) AS patient
  USING (remit_claim_id)
WHERE patient_cents <> coalesce(patient.cents, 0);

INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', 'SERVICE_IN_FUTURE', remit_line_id, again)), 'SERVICE_IN_FUTURE', 'remit_line', remit_line_id, now.payment_id, now.remit_claim_id, claim_id,
       line.paid_cents, concat('service on ', dos_from, ', paid on ', now.effective_on), false, CAST($today AS DATE), $run_id
FROM remittance.line AS line JOIN posted_now AS now USING (remit_claim_id)
WHERE dos_from > now.effective_on;

-- one row per claim of this run that was given up before: written off, at an agency, or void
CREATE OR REPLACE TEMP TABLE closed_claim AS
SELECT now.remit_claim_id, string_agg(DISTINCT reason, ', ' ORDER BY reason) AS reasons
FROM posted_now AS now
JOIN (
    SELECT claim_id, entry.remit_claim_id AS but_for,
           CASE WHEN account = 'AR' THEN concat(sum(cents), ' cents are at collections') ELSE concat(sum(cents), ' cents were written off to ', account) END AS reason
    FROM ledger.entry AS entry SEMI JOIN posted_now ON posted_now.claim_id = entry.claim_id
    WHERE account IN ('DENIAL_WO', 'BAD_DEBT', 'CHARITY', 'SMALL_BAL') OR (account = 'AR' AND sub_account = 'collections')
    GROUP BY claim_id, entry.remit_claim_id, account HAVING sum(cents) > 0
    UNION ALL
    SELECT claim_id, NULL, 'every charge of it is void' FROM scrub.claim SEMI JOIN posted_now USING (claim_id) WHERE lines = 0
) AS closed ON closed.claim_id = now.claim_id AND closed.but_for IS DISTINCT FROM now.remit_claim_id
WHERE now.paid_cents <> 0 OR now.adjusted_cents <> 0
GROUP BY 1;

INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', 'POST_TO_CLOSED', remit_claim_id, again)), 'POST_TO_CLOSED', 'remit_claim', remit_claim_id, payment_id, remit_claim_id, claim_id, paid_cents,
       concat('before this: ', reasons), false, CAST($today AS DATE), $run_id
FROM posted_now JOIN closed_claim USING (remit_claim_id);
