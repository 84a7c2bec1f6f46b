-- work items: silence past its deadline, and time running out; opened once per deadline, closed when no longer so

-- one row per thing that should have happened and has not
CREATE OR REPLACE TEMP TABLE work_now AS
WITH sent AS (
    SELECT claim.*, upload.happened_on AS uploaded_on FROM submission.batch_claim AS claim
    JOIN submission.upload_state AS upload ON upload.isa13 = claim.isa13 AND upload.state = 'uploaded'
    QUALIFY row_number() OVER (PARTITION BY claim_id ORDER BY version DESC) = 1
), waiting AS (
    SELECT sent.claim_id AS item_id, sent.claim_id, sent.isa13, sent.charge_cents, sent.uploaded_on, now.state, term.set_days, term.claim_days, term.remit_days, (
        SELECT min(happened_on) FROM scrub.claim_event AS event WHERE event.claim_id = sent.claim_id AND event.version = sent.version AND event.state = 'accepted'
    ) AS accepted_on
    FROM sent JOIN scrub.claim_state AS now ON now.claim_id = sent.claim_id AND now.version = sent.version
    JOIN payer_term AS term USING (payer_id)
    UNION ALL
    -- to a later payer: what was said of it is its own, and the claim's state stays the first payer's
    SELECT concat(claim_id, ' ', payer_turn), claim_id, later.isa13, charge_cents, upload.happened_on, later.state, term.set_days, term.claim_days, term.remit_days, later.accepted_on
    FROM secondary_sent AS later
    JOIN submission.upload_state AS upload ON upload.isa13 = later.isa13 AND upload.state = 'uploaded'
    JOIN payer_term AS term USING (payer_id)
    WHERE later.is_newest AND NOT later.is_answered
)
SELECT 'overdue_set' AS kind, CAST(isa13 AS VARCHAR) AS item_id, CAST(NULL AS VARCHAR) AS claim_id, sum(charge_cents) AS cents, min(uploaded_on + set_days) AS due_on,
       concat('No 999 for interchange ', isa13, ' (', count(*), ' claims). Ask the clearinghouse whether it arrived.') AS text
FROM waiting WHERE state IN ('sent', 'interchange_accepted') GROUP BY isa13
UNION ALL
SELECT 'overdue_claim', item_id, claim_id, charge_cents, uploaded_on + claim_days, 'The 999 accepted the set, but no 277CA answers the claim. Ask the clearinghouse.'
FROM waiting WHERE state IN ('set_accepted', 'received')
UNION ALL
SELECT 'overdue_remittance', item_id, claim_id, charge_cents, accepted_on + remit_days, 'The payer accepted the claim and has not answered. Ask for its status (276).'
FROM waiting WHERE state = 'accepted'
UNION ALL
SELECT 'overdue_deposit', payment_id, NULL, paid_cents, due_on,
       CASE state WHEN 'ambiguous' THEN 'A deposit fits this payment and another alike. Ask the bank who sent it.' ELSE 'The remittance came, the money has not. Ask the bank, then the payer.' END
FROM posting.payment_reassociation(CAST($today AS DATE)) WHERE state IN ('late', 'waiting', 'ambiguous')
UNION ALL
SELECT 'unmatched_deposit', deposit_id, NULL, cents, due_on,
       CASE state WHEN 'unnamed' THEN 'The bank names no trace number. Look at the deposit slip, or ask the bank for the addenda.'
                  WHEN 'paid_twice' THEN 'Another deposit has paid the payment this one names. Ask the payer; refund what came twice.'
                  WHEN 'ambiguous' THEN 'It fits two payments alike. Ask the bank who sent it.'
                  ELSE 'The money came, the remittance has not. Ask the payer for the 835.' END
FROM posting.deposit_reassociation(CAST($today AS DATE)) WHERE state NOT IN ('matched', 'unequal')
UNION ALL
SELECT 'filing_deadline', claim.claim_id, claim.claim_id, claim.charge_cents, claim.dos_from + term.timely_filing_days - CAST($warning_days AS INTEGER),
       concat('Not accepted by the payer yet; the filing limit is ', claim.dos_from + term.timely_filing_days, '.')
FROM scrub.claim AS claim JOIN scrub.claim_state AS now USING (claim_id) JOIN payer_term AS term USING (payer_id)
WHERE now.state IN ('held', 'released', 'prepared', 'rejected') AND claim.lines > 0
UNION ALL
-- to a later payer: its own days, from the earlier payer's payment or from the service, until it has accepted the claim
SELECT 'filing_deadline', concat(claim_id, ' ', turn), claim_id, cents, last_day - CAST($warning_days AS INTEGER),
       concat('Not accepted by the ', turn, ' payer yet; its filing limit is ', last_day, '.')
FROM (
    SELECT owed.claim_id, scrub.turn(owed.turn_no) AS turn, owed.cents,
           CASE WHEN term.later_from_service THEN claim.dos_from ELSE owed.since END + term.later_days AS last_day
    FROM secondary_owed AS owed
    JOIN scrub.claim AS claim USING (claim_id)
    JOIN payer_term AS term ON term.payer_id = owed.payer_id
    LEFT JOIN secondary_sent AS sent ON sent.claim_id = owed.claim_id AND sent.turn_no = owed.turn_no AND sent.is_newest
    WHERE owed.wants_answer AND (NOT owed.is_in_flight OR sent.accepted_on IS NULL)
)
UNION ALL
SELECT 'appeal_deadline', denial_id, claim_id, denied_cents, appeal_by - CAST($warning_days AS INTEGER),
       concat('Denied with ', group_code, '-', carc, '; the last day to appeal is ', appeal_by, '.')
FROM receivables.open_denial WHERE is_appealable
UNION ALL
SELECT 'calendar_ends', 'bank_holiday.csv', NULL, 0, make_date(last_year, 10, 31),
       concat('The bank holidays in codes/bank_holiday.csv end with ', last_year, ': add the next year, or its days count by weekday alone.')
FROM (SELECT max(year(holiday_on)) AS last_year FROM codes.bank_holiday) WHERE last_year IS NOT NULL
UNION ALL
SELECT 'bill_secondary', owed.claim_id, owed.claim_id, owed.cents, owed.since + CASE WHEN owed.has_answer OR forwarded.claim_id IS NULL THEN 0 ELSE coalesce(term.crossover_wait_days, 30) END,
       CASE WHEN owed.has_answer THEN 'An earlier payer changed its answer; a replacement goes to this payer with the next batch.'
            WHEN forwarded.claim_id IS NULL THEN 'The next payer owes and has no claim; it goes out with the next batch.'
            ELSE 'The claim was to cross over to the next payer, which has not answered; it goes out with the next batch.' END
FROM secondary_owed AS owed
JOIN scrub.claim AS claim USING (claim_id)
LEFT JOIN payer_term AS term ON term.payer_id = claim.payer_id
LEFT JOIN (SELECT DISTINCT claim_id FROM secondary_standing WHERE was_forwarded) AS forwarded ON forwarded.claim_id = owed.claim_id
WHERE NOT owed.is_in_flight;

-- what was closed and is so again (an answer taken back, say) is a new item
INSERT OR IGNORE INTO receivables.work_item
SELECT short_id('W', concat_ws('|', kind, item_id, due_on, before.times)), kind, item_id, claim_id, cents, due_on, text, CAST($today AS DATE), $run_id
FROM work_now LEFT JOIN (
    SELECT kind, item_id, due_on, count(*) AS times FROM receivables.work_item JOIN receivables.work_item_closed USING (work_id) GROUP BY ALL
) AS before USING (kind, item_id, due_on)
WHERE due_on < CAST($today AS DATE);

INSERT INTO receivables.work_item_closed
SELECT work_id, 'happened', CAST($today AS DATE), $run_id
FROM receivables.open_work AS open
WHERE open.kind NOT IN ('underpayment', 'secondary_fault')  -- they have their own statements
  AND NOT EXISTS (SELECT 1 FROM work_now WHERE work_now.kind = open.kind AND work_now.item_id = open.item_id AND work_now.due_on = open.due_on);
