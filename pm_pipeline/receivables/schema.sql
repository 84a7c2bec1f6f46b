-- who owes what, how old it is; denials; work
CREATE SCHEMA IF NOT EXISTS receivables;

-- one row per denial episode: a line (or claim) a payer refused, from its first refusal on
CREATE TABLE IF NOT EXISTS receivables.denial (
    denial_id      VARCHAR PRIMARY KEY,   -- of claim, charge and payer turn, and the remittance that opened it
    claim_id       VARCHAR NOT NULL,
    charge_id      VARCHAR,               -- NULL: the claim as a whole
    payer_id       VARCHAR NOT NULL,
    payer_turn     VARCHAR NOT NULL,
    remit_claim_id VARCHAR NOT NULL,
    adjustment_id  VARCHAR NOT NULL,      -- the primary reason: largest amount, then category priority
    group_code     VARCHAR NOT NULL,
    carc           VARCHAR NOT NULL,
    rarc           VARCHAR,               -- the remark that refined the category
    category       VARCHAR NOT NULL,
    is_duplicate   BOOLEAN NOT NULL,      -- kept out of the headline rate
    liability      VARCHAR NOT NULL,
    is_preventable BOOLEAN NOT NULL,
    is_appealable  BOOLEAN NOT NULL,
    denied_cents   BIGINT NOT NULL,       -- all denial adjustments of the line
    charge_cents   BIGINT NOT NULL,       -- of the line
    is_partial     BOOLEAN NOT NULL,      -- something was paid on the line
    denied_on      DATE NOT NULL,         -- payment effective date
    appeal_by      DATE NOT NULL,
    opened_on      DATE NOT NULL,
    run_id         VARCHAR NOT NULL
);

-- one row per episode that ended
CREATE TABLE IF NOT EXISTS receivables.denial_closed (
    denial_id       VARCHAR PRIMARY KEY,
    because         VARCHAR NOT NULL,     -- superseded (the remittance was reversed), paid_later; by a person: written_off, transferred, closed
    recovered_cents BIGINT NOT NULL,
    closed_on       DATE NOT NULL,
    run_id          VARCHAR NOT NULL
);

-- one row per thing somebody must do because something expected did not happen, or time runs out
CREATE TABLE IF NOT EXISTS receivables.work_item (
    work_id   VARCHAR PRIMARY KEY,        -- of kind, item and due date
    kind      VARCHAR NOT NULL,           -- overdue_set, overdue_claim, overdue_remittance, overdue_deposit, unmatched_deposit, filing_deadline, appeal_deadline,
                                          -- bill_secondary, secondary_fault, underpayment, calendar_ends
    item_id   VARCHAR NOT NULL,           -- isa13, claim_id, payment_id, deposit_id or denial_id; claim_id and turn, or code of the fault, for a later payer
    claim_id  VARCHAR,
    cents     BIGINT NOT NULL,
    due_on    DATE NOT NULL,
    text      VARCHAR NOT NULL,
    opened_on DATE NOT NULL,
    run_id    VARCHAR NOT NULL
);

-- one row per work item that is done
CREATE TABLE IF NOT EXISTS receivables.work_item_closed (
    work_id   VARCHAR PRIMARY KEY,
    because   VARCHAR NOT NULL,
    closed_on DATE NOT NULL,
    run_id    VARCHAR NOT NULL
);

-- one row per movement of money that a person asked for; never changed. It posts when it needs no second person, or has one.
CREATE TABLE IF NOT EXISTS receivables.money_action (
    action_id      VARCHAR PRIMARY KEY,
    event          VARCHAR NOT NULL,      -- receivables/money_events.csv
    claim_id       VARCHAR,               -- NULL where it follows another action
    party          VARCHAR NOT NULL,      -- primary, secondary, tertiary, patient, collections: whose money it is
    cents          BIGINT NOT NULL,
    method         VARCHAR,               -- patient_payment, recovery: check, card, eft, cash
    of_action_id   VARCHAR,               -- the action this one follows: the refund that was sent, the payment that is allocated
    needs_second   BOOLEAN NOT NULL,      -- a second person must approve
    policy_id      VARCHAR NOT NULL,
    policy_version INTEGER NOT NULL,
    rule_id        VARCHAR NOT NULL,      -- rule of money_policy.yaml; BALANCE: only the balance is the limit
    actor          VARCHAR NOT NULL,
    reason         VARCHAR NOT NULL,
    decided_on     DATE NOT NULL,
    decided_at     TIMESTAMP NOT NULL,
    run_id         VARCHAR NOT NULL
);

-- one row per answer of a second person
CREATE TABLE IF NOT EXISTS receivables.money_answer (
    action_id  VARCHAR PRIMARY KEY,
    answer     VARCHAR NOT NULL,          -- approved, refused
    actor      VARCHAR NOT NULL,
    reason     VARCHAR NOT NULL,
    decided_on DATE NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per movement people asked for, with where it stands: waiting, refused, posted
CREATE OR REPLACE VIEW receivables.money_state AS
SELECT action.*, answer.actor AS answered_by, answer.reason AS answer_reason,
       CASE WHEN answer.answer = 'refused' THEN 'refused' WHEN action.needs_second AND answer.answer IS NULL THEN 'waiting' ELSE 'posted' END AS state
FROM receivables.money_action AS action LEFT JOIN receivables.money_answer AS answer USING (action_id);

-- one row per open denial episode
CREATE OR REPLACE VIEW receivables.open_denial AS
SELECT * FROM receivables.denial ANTI JOIN receivables.denial_closed USING (denial_id);

-- one row per open work item
CREATE OR REPLACE VIEW receivables.open_work AS
SELECT * FROM receivables.work_item ANTI JOIN receivables.work_item_closed USING (work_id);

-- one row per claim, charge and responsible party with a balance at the end of as_of, from ledger entries alone; the payer is
-- the one that was made responsible last
CREATE OR REPLACE MACRO receivables.balances(as_of) AS TABLE
SELECT practice_id, claim_id, charge_id, sub_account AS party,
       coalesce(arg_max(payer_id, (effective_on, batch_no)) FILTER (cents > 0), arg_max(payer_id, (effective_on, batch_no))) AS payer_id, any_value(provider_id) AS provider_id,
       min(service_on) AS service_on, min(effective_on) FILTER (cents > 0) AS responsible_from, sum(cents) AS balance_cents
FROM ledger.entry
WHERE account = 'AR' AND posted_on <= as_of
GROUP BY practice_id, claim_id, charge_id, sub_account
HAVING sum(cents) <> 0;

-- one row per balance with its age in days on three bases: service, first bill (NULL: not billed), responsibility start
CREATE OR REPLACE MACRO receivables.aging(as_of) AS TABLE
SELECT balance.*, billed.first_billed_on,
       as_of - balance.service_on AS service_days,
       as_of - billed.first_billed_on AS billed_days,
       as_of - balance.responsible_from AS responsible_days
FROM receivables.balances(as_of) AS balance
LEFT JOIN (
    SELECT claim_id, min(upload.happened_on) AS first_billed_on
    FROM submission.batch_claim JOIN submission.upload_event AS upload USING (isa13)
    WHERE upload.state = 'uploaded' AND upload.happened_on <= as_of
    GROUP BY claim_id
) AS billed USING (claim_id);

-- the aging bucket of an age in days
CREATE OR REPLACE MACRO receivables.bucket(days) AS
CASE WHEN days <= 30 THEN '0-30' WHEN days <= 60 THEN '31-60' WHEN days <= 90 THEN '61-90' WHEN days <= 120 THEN '91-120'
     WHEN days > 120 THEN '121+' ELSE 'not billed' END;

-- one row per edition of config/denial_workflow.yaml that was ever in force; the newest is
CREATE TABLE IF NOT EXISTS receivables.denial_workflow (
    edition         INTEGER PRIMARY KEY,     -- counts changes of the file
    workflow_id     VARCHAR NOT NULL,
    version         INTEGER NOT NULL,
    digest          VARCHAR NOT NULL,        -- sha256 of what the file says
    priority        VARCHAR NOT NULL,        -- amount_x_chance, amount, deadline
    appeal_days     INTEGER NOT NULL,        -- days to wait for the answer to an appeal
    resubmission_days INTEGER NOT NULL,      -- to a claim sent again
    approval_days   INTEGER NOT NULL,        -- to a write-off that was asked for
    approvals       VARCHAR NOT NULL,        -- who is asked to approve
    loaded_on       DATE NOT NULL,
    run_id          VARCHAR NOT NULL
);

-- one row per queue of an edition, in the order they are tried; empty lists and NULLs hold always
CREATE TABLE IF NOT EXISTS receivables.denial_queue (
    edition             INTEGER NOT NULL,
    place               INTEGER NOT NULL,
    queue_id            VARCHAR NOT NULL,
    categories          VARCHAR[] NOT NULL,
    payers              VARCHAR[] NOT NULL,
    groups              VARCHAR[] NOT NULL,
    carcs               VARCHAR[] NOT NULL,
    appealable          BOOLEAN,
    min_cents           BIGINT,
    max_cents           BIGINT,
    owner               VARCHAR NOT NULL,
    next_action         VARCHAR NOT NULL,
    days_to_act         INTEGER NOT NULL,
    escalate_after_days INTEGER NOT NULL,    -- days past due
    escalate_to         VARCHAR NOT NULL,
    chance              DOUBLE NOT NULL,     -- of getting the money, 0 to 1
    letter              VARCHAR NOT NULL,
    write_off_reason    VARCHAR NOT NULL,
    PRIMARY KEY (edition, place)
);

-- one row per edit that would have stopped a denial (config/denial_edits.yaml when it was opened, and what it says itself that it
-- prevents, where it spoke up on the claim); no row: no edit would have
CREATE TABLE IF NOT EXISTS receivables.denial_cause (
    denial_id  VARCHAR NOT NULL,
    rule_id    VARCHAR NOT NULL,             -- of scrub/rules
    verdict    VARCHAR NOT NULL,             -- silent (did not fire), cleared (fired, and was corrected before the claim left), fixed, overridden (stood when it left)
    finding_id VARCHAR,                      -- scrub.edit_finding
    found_on   DATE,
    run_id     VARCHAR NOT NULL,
    PRIMARY KEY (denial_id, rule_id)
);

-- one row per thing somebody did about a denial; never changed, what it did to the ledger has the key denial:action_id
CREATE TABLE IF NOT EXISTS receivables.denial_action (
    action_id        VARCHAR PRIMARY KEY,    -- of denial, action, person, day and content: the same said twice is one
    denial_id        VARCHAR NOT NULL,
    seq              BIGINT NOT NULL UNIQUE, -- order of recording, over all episodes
    action           VARCHAR NOT NULL,       -- correct_and_resubmit, appeal, write_off, transfer, close, note, assign, letter, approve, refuse, undo
    actor            VARCHAR NOT NULL,       -- the person
    why              VARCHAR NOT NULL,
    acted_on         DATE NOT NULL,
    cents            BIGINT,                 -- write_off, transfer
    reason           VARCHAR,                -- write_off: sub-account of DENIAL_WO; close: why
    frequency        VARCHAR,                -- correct_and_resubmit: CLM05-3, 7 or 1
    level            INTEGER,                -- appeal, letter: of the appeal
    letter           VARCHAR,                -- appeal, letter: the template
    letter_sha256    VARCHAR,                -- of the PDF under PM_HOME/letters
    party            VARCHAR,                -- transfer: secondary, tertiary, patient
    payer_id         VARCHAR,                -- transfer: the next payer
    owner            VARCHAR,                -- assign: to whom
    target_action_id VARCHAR,                -- approve, refuse, undo: of what
    due_on           DATE,                   -- when the person wants to see it again
    workflow_id      VARCHAR NOT NULL,
    workflow_version INTEGER NOT NULL,
    queue_id         VARCHAR NOT NULL,       -- the rule of the workflow it was done under
    run_id           VARCHAR NOT NULL,
    recorded_at      TIMESTAMP NOT NULL
);

-- one row per line (or claim, for what is adjusted at claim level) of a payer's standing answer, one not reversed; the
-- lines of the newest answer to a charge are all numbered 1
CREATE OR REPLACE VIEW receivables.standing_answer AS
SELECT posted.claim_id, outcome.charge_id, posted.payer_turn, posted.remit_claim_id, outcome.remit_line_id, outcome.paid_cents, pay.effective_on, pay.payer_id,
       dense_rank() OVER (PARTITION BY posted.claim_id, outcome.charge_id, posted.payer_turn ORDER BY pay.effective_on DESC, posted.generation DESC, posted.posting_key DESC) AS newest
FROM posting.posting AS posted
JOIN (
    SELECT posting_key, charge_id, remit_line_id, paid_cents FROM posting.line_outcome
    UNION ALL
    SELECT DISTINCT whole.posting_key, decision.charge_id, whole.remit_claim_id, whole.paid_cents
    FROM posting.decision JOIN posting.posting AS whole USING (remit_claim_id)
    WHERE decision.remit_line_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM posting.line_outcome AS own WHERE own.remit_line_id = whole.remit_claim_id AND own.posting_key = whole.posting_key)
) AS outcome USING (posting_key)
JOIN remittance.current_payment AS pay ON pay.payment_id = posted.payment_id
LEFT JOIN posting.posting AS later ON later.reverses = posted.posting_key
WHERE posted.kind IN ('post', 'release') AND posted.reverses IS NULL AND posted.payer_turn IS NOT NULL AND later.posting_key IS NULL;

-- one row per answer of a payer that was not taken back (no estimate), for the claims of the table named `claims`
CREATE OR REPLACE MACRO receivables.standing(claims) AS TABLE
SELECT posted.claim_id, scrub.turn_no(posted.payer_turn) AS turn_no, posted.posting_key, posted.generation, posted.remit_claim_id, pay.payer_id, pay.effective_on
FROM posting.posting AS posted
JOIN remittance.current_payment AS pay ON pay.payment_id = posted.payment_id
WHERE posted.claim_id IN (SELECT claim_id FROM query_table(claims)) AND posted.kind IN ('post', 'release') AND posted.reverses IS NULL
  AND posted.payer_turn IS NOT NULL AND NOT EXISTS (SELECT 1 FROM posting.posting AS later WHERE later.reverses = posted.posting_key);

-- one row per turn after the first in which something was ever owed on a claim, for the claims of the table named `claims`: by whom, what
-- stands open, and since when: the newest payment of the payers before it whose answer stands (a person may have moved it later)
CREATE OR REPLACE MACRO receivables.later_turns(claims) AS TABLE
SELECT owed.claim_id, owed.turn_no, owed.payer_id, owed.cents, coalesce(max(prior.effective_on), any_value(owed.first_on)) AS since
FROM (
    SELECT claim_id, scrub.turn_no(sub_account) AS turn_no, sum(cents) AS cents, min(effective_on) AS first_on,
           arg_max(payer_id, (effective_on, batch_no)) FILTER (cents > 0) AS payer_id
    FROM ledger.entry
    WHERE account = 'AR' AND sub_account IN ('secondary', 'tertiary') AND claim_id IN (SELECT claim_id FROM query_table(claims))
    GROUP BY claim_id, sub_account
) AS owed
LEFT JOIN receivables.standing(claims) AS prior ON prior.claim_id = owed.claim_id AND prior.turn_no < owed.turn_no
GROUP BY ALL;

-- one row per action that is in force: a write-off that is approved, a transfer or closing, none of them undone
CREATE OR REPLACE VIEW receivables.denial_effect AS
SELECT action.*, approval.actor AS approver
FROM receivables.denial_action AS action
LEFT JOIN receivables.denial_action AS approval ON approval.action = 'approve' AND approval.target_action_id = action.action_id
WHERE (action.action IN ('transfer', 'close') OR (action.action = 'write_off' AND approval.action_id IS NOT NULL))
  AND action.action_id NOT IN (SELECT target_action_id FROM receivables.denial_action WHERE action = 'undo');

-- one row per write-off that waits for a second person
CREATE OR REPLACE VIEW receivables.denial_approval AS
SELECT asked.* FROM receivables.denial_action AS asked
WHERE asked.action = 'write_off'
  AND NOT EXISTS (SELECT 1 FROM receivables.denial_action AS said WHERE said.target_action_id = asked.action_id AND said.action IN ('approve', 'refuse', 'undo'))
  AND NOT EXISTS (SELECT 1 FROM receivables.denial_closed AS closed WHERE closed.denial_id = asked.denial_id);

-- one row per episode and its place among the episodes of the same charge and payer; paid_then: what the refusing answer paid
-- on the charge, paid_next: what the next one did (the next episode's, else the answer that stands now)
CREATE OR REPLACE VIEW receivables.denial_generation AS
WITH then_paid AS (
    SELECT remit_claim_id, charge_id, sum(outcome.paid_cents) AS cents
    FROM posting.line_outcome AS outcome JOIN posting.posting AS posted USING (posting_key, remit_claim_id)
    WHERE posted.kind IN ('post', 'release') AND posted.reverses IS NULL GROUP BY ALL
), now_paid AS (
    -- what the lines were paid; the claim's own row repeats it
    SELECT claim_id, charge_id, payer_turn, coalesce(sum(paid_cents) FILTER (remit_line_id <> remit_claim_id), max(paid_cents)) AS cents
    FROM receivables.standing_answer WHERE newest = 1 GROUP BY ALL
), numbered AS (
    SELECT denial.*, closed.because, closed.closed_on,
           row_number() OVER (PARTITION BY adjustment_id ORDER BY opened_on, closed_on NULLS LAST, denial_id) AS occurrence
    FROM receivables.denial AS denial LEFT JOIN receivables.denial_closed AS closed USING (denial_id)
), placed AS (
    SELECT *, dense_rank() OVER (PARTITION BY claim_id, charge_id, payer_turn ORDER BY opened_on, is_any_open, denied_on, remit_claim_id, occurrence) AS generation
    FROM (SELECT *, bool_or(closed_on IS NULL) OVER (PARTITION BY claim_id, charge_id, payer_turn, remit_claim_id, occurrence) AS is_any_open FROM numbered)
), paid AS (
    SELECT placed.*, coalesce(then_paid.cents, 0) AS paid_then
    FROM placed LEFT JOIN then_paid ON then_paid.remit_claim_id = placed.remit_claim_id AND then_paid.charge_id IS NOT DISTINCT FROM placed.charge_id
), one AS (
    SELECT claim_id, charge_id, payer_turn, generation, any_value(paid_then) AS paid_then, min(denial_id) AS denial_id FROM paid GROUP BY ALL
)
SELECT paid.* EXCLUDE (is_any_open, occurrence), before.denial_id AS reopens_denial_id, after.denial_id AS denied_again_as, coalesce(after.paid_then, now_paid.cents, 0) AS paid_next
FROM paid
LEFT JOIN one AS before ON before.claim_id = paid.claim_id AND before.charge_id IS NOT DISTINCT FROM paid.charge_id AND before.payer_turn = paid.payer_turn
      AND before.generation = paid.generation - 1
LEFT JOIN one AS after ON after.claim_id = paid.claim_id AND after.charge_id IS NOT DISTINCT FROM paid.charge_id AND after.payer_turn = paid.payer_turn
      AND after.generation = paid.generation + 1
LEFT JOIN now_paid ON now_paid.claim_id = paid.claim_id AND now_paid.charge_id IS NOT DISTINCT FROM paid.charge_id AND now_paid.payer_turn = paid.payer_turn;

-- one row per episode, with where it stands, as its actions, later answers and the ledger say
CREATE OR REPLACE VIEW receivables.denial_episode AS
WITH recovery AS (
    -- what later answers paid more than the refusing one, shared out among the refused lines of one answer
    SELECT denial_id, greatest(0, least(denied_cents, greatest(0, paid_next - paid_then)
               - coalesce(sum(denied_cents) OVER (PARTITION BY claim_id, charge_id, payer_turn, generation ORDER BY denial_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS cents
    FROM receivables.denial_generation
), owed AS (
    SELECT claim_id, charge_id, sub_account AS payer_turn, sum(cents) AS cents FROM ledger.entry
    WHERE account = 'AR' AND claim_id IN (SELECT claim_id FROM receivables.denial) GROUP BY ALL
), owed_claim AS (
    SELECT claim_id, payer_turn, sum(cents) AS cents FROM owed GROUP BY ALL
), effect AS (
    SELECT denial_id, coalesce(sum(cents) FILTER (action = 'write_off'), 0) AS written_off_cents, coalesce(sum(cents) FILTER (action = 'transfer'), 0) AS transferred_cents
    FROM receivables.denial_effect GROUP BY 1
), waiting AS (
    SELECT denial_id, arg_max(action_id, seq) AS action_id, max(acted_on) AS asked_on FROM receivables.denial_approval GROUP BY 1
), acted AS (
    SELECT denial_id, count(*) AS actions, max(acted_on) AS last_acted_on, arg_max(owner, seq) FILTER (action = 'assign') AS assigned_to,
           max(seq) AS last_seq, max(level) FILTER (action = 'appeal') AS appeal_level,
           arg_max(due_on, seq) FILTER (due_on IS NOT NULL) AS asked_due_on, max(seq) FILTER (due_on IS NOT NULL) AS due_seq
    FROM receivables.denial_action GROUP BY 1
), moved AS (
    -- the last thing that puts the ball in the payer's field; a claim sent again is sent for all its episodes with that payer
    SELECT denial.denial_id, arg_max(action.action, action.seq) AS action, max(action.seq) AS seq, arg_max(action.acted_on, action.seq) AS acted_on
    FROM receivables.denial AS denial
    JOIN receivables.denial AS other ON other.claim_id = denial.claim_id AND other.payer_turn = denial.payer_turn
    JOIN receivables.denial_action AS action ON action.denial_id = other.denial_id AND action.acted_on >= denial.opened_on
     AND (action.action = 'correct_and_resubmit' OR (action.action = 'appeal' AND other.denial_id = denial.denial_id))
    GROUP BY 1
), cause AS (
    SELECT denial_id, list(rule_id ORDER BY rule_id) AS edits, bool_or(verdict = 'overridden') AS is_edit_overridden FROM receivables.denial_cause GROUP BY 1
)
SELECT denial.* EXCLUDE (paid_then, paid_next, run_id),
       CASE WHEN because IN ('written_off', 'transferred', 'closed') THEN because
            WHEN because IS NOT NULL AND recovery.cents > 0 THEN CASE WHEN denied_again_as IS NULL THEN 'overturned' ELSE 'partly_overturned' END
            WHEN because IS NOT NULL THEN CASE WHEN denied_again_as IS NULL THEN because ELSE 'denied_again' END
            WHEN waiting.action_id IS NOT NULL THEN 'approval_pending'
            WHEN moved.action = 'appeal' THEN 'appealed' WHEN moved.action IS NOT NULL THEN 'resubmitted'
            WHEN acted.actions > 0 THEN 'in_work' ELSE 'new' END AS state,
       reopens_denial_id IS NOT NULL AS is_reopened, recovery.cents AS recovered_cents,
       coalesce(effect.written_off_cents, 0) AS written_off_cents, coalesce(effect.transferred_cents, 0) AS transferred_cents,
       greatest(0, coalesce(CASE WHEN denial.charge_id IS NULL THEN owed_claim.cents ELSE owed.cents END, 0)) AS balance_cents,
       CASE WHEN closed_on IS NULL THEN least(denied_cents - coalesce(effect.written_off_cents, 0) - coalesce(effect.transferred_cents, 0), balance_cents) ELSE 0 END AS at_stake_cents,
       coalesce(cause.edits, []) AS edits, coalesce(cause.is_edit_overridden, false) AS is_edit_overridden,
       coalesce(acted.actions, 0) AS actions, acted.last_acted_on, acted.assigned_to, acted.appeal_level, waiting.action_id AS approval_id, waiting.asked_on,
       moved.acted_on AS answer_awaited_since, CASE WHEN acted.due_seq >= coalesce(moved.seq, 0) THEN acted.asked_due_on END AS asked_due_on
FROM receivables.denial_generation AS denial
JOIN recovery USING (denial_id)
LEFT JOIN owed ON owed.claim_id = denial.claim_id AND owed.charge_id = denial.charge_id AND owed.payer_turn = denial.payer_turn
LEFT JOIN owed_claim ON owed_claim.claim_id = denial.claim_id AND owed_claim.payer_turn = denial.payer_turn
LEFT JOIN effect USING (denial_id) LEFT JOIN waiting USING (denial_id) LEFT JOIN acted USING (denial_id) LEFT JOIN moved USING (denial_id)
LEFT JOIN cause USING (denial_id);

-- one row per open episode: whose it is, what to do next, until when; the file config/denial_workflow.yaml decides. next_action is
-- its queue's, or: approve, close (nothing is owed any more), ask_payer (no answer yet), decide (the queue says appeal, the code forbids it)
CREATE OR REPLACE VIEW receivables.denial_worklist AS
WITH flow AS (
    SELECT * FROM receivables.denial_workflow QUALIFY row_number() OVER (ORDER BY edition DESC) = 1
), queued AS (
    SELECT episode.*, queue.* EXCLUDE (edition, categories, payers, groups, carcs, appealable, min_cents, max_cents), flow.*
    FROM receivables.denial_episode AS episode CROSS JOIN flow
    JOIN receivables.denial_queue AS queue ON queue.edition = flow.edition
     AND (len(queue.categories) = 0 OR list_contains(queue.categories, episode.category)) AND (len(queue.payers) = 0 OR list_contains(queue.payers, episode.payer_id))
     AND (len(queue.groups) = 0 OR list_contains(queue.groups, episode.group_code)) AND (len(queue.carcs) = 0 OR list_contains(queue.carcs, episode.carc))
     AND (queue.appealable IS NULL OR queue.appealable = episode.is_appealable)
     AND episode.denied_cents BETWEEN coalesce(queue.min_cents, 0) AND coalesce(queue.max_cents, episode.denied_cents)
    WHERE episode.closed_on IS NULL
    QUALIFY row_number() OVER (PARTITION BY episode.denial_id ORDER BY queue.place) = 1
), planned AS (
    SELECT *, CASE WHEN state = 'approval_pending' THEN 'approve' WHEN at_stake_cents <= 0 THEN 'close' WHEN state IN ('appealed', 'resubmitted') THEN 'ask_payer'
                   WHEN next_action = 'appeal' AND NOT is_appealable THEN 'decide' ELSE next_action END AS to_do,
           CASE WHEN state = 'approval_pending' THEN asked_on + approval_days WHEN asked_due_on IS NOT NULL THEN asked_due_on
                WHEN state = 'appealed' THEN answer_awaited_since + appeal_days WHEN state = 'resubmitted' THEN answer_awaited_since + resubmission_days
                WHEN next_action = 'appeal' AND is_appealable THEN greatest(opened_on, least(opened_on + days_to_act, appeal_by)) ELSE opened_on + days_to_act END AS due_on
    FROM queued
)
SELECT denial_id, claim_id, charge_id, payer_id, payer_turn, category, group_code, carc, rarc, is_partial, is_reopened, is_duplicate, is_preventable, edits, is_edit_overridden,
       state, queue_id, CASE WHEN state = 'approval_pending' THEN approvals ELSE coalesce(assigned_to, owner) END AS owner, to_do AS next_action, due_on,
       due_on + escalate_after_days AS escalate_on, escalate_to, denied_on, appeal_by, is_appealable, denied_cents, at_stake_cents, chance,
       CASE priority WHEN 'amount' THEN at_stake_cents WHEN 'deadline' THEN DATE '2200-01-01' - appeal_by ELSE CAST(round(at_stake_cents * chance) AS BIGINT) END AS priority,
       letter, write_off_reason, approval_id, appeal_level, edition
FROM planned;

-- one row per thing that happened to an episode; seq orders one day
CREATE OR REPLACE VIEW receivables.denial_timeline AS
SELECT denial_id, opened_on AS happened_on, 0 AS seq, 'opened' AS what, 'policy' AS actor, concat_ws(' ', group_code || '-' || carc, rarc, category) AS text, denied_cents AS cents
FROM receivables.denial
UNION ALL
SELECT denial_id, acted_on, seq, action, actor,
       concat_ws('; ', why, CASE WHEN level IS NOT NULL THEN 'level ' || level END, letter, CASE WHEN frequency IS NOT NULL THEN 'frequency ' || frequency END,
           reason, party, CASE WHEN owner IS NOT NULL THEN 'to ' || owner END, target_action_id), cents
FROM receivables.denial_action
UNION ALL
SELECT denial_id, closed_on, 9223372036854775807, 'closed', 'policy', state, CASE WHEN state IN ('overturned', 'partly_overturned') THEN recovered_cents
       WHEN state = 'written_off' THEN written_off_cents WHEN state = 'transferred' THEN transferred_cents ELSE 0 END
FROM receivables.denial_episode WHERE closed_on IS NOT NULL;
-- one row per set of terms lines were priced by: a contract version, and every change of its terms or prices in place
CREATE TABLE IF NOT EXISTS receivables.contract_edition (
    contract_id      VARCHAR NOT NULL,
    contract_version INTEGER NOT NULL,
    edition          VARCHAR NOT NULL,      -- fingerprint of the terms and of the prices of its fee schedules
    payer_id         VARCHAR NOT NULL,
    terms            VARCHAR NOT NULL,      -- as JSON
    first_used_on    DATE NOT NULL,
    run_id           VARCHAR NOT NULL,
    PRIMARY KEY (contract_id, contract_version, edition)
);

-- one row per line of a primary payer's posted answer and contract edition it was priced by: what the contract allows, and what
-- the payer allowed. Amounts are of the part of the line that was not denied, but for price_cents.
CREATE TABLE IF NOT EXISTS receivables.contract_line (
    remit_line_id     VARCHAR NOT NULL,     -- remit_claim_id where the answer has no lines
    occasion          INTEGER NOT NULL,     -- 1 for its first pricing, +1 whenever other terms apply; the last one counts
    contract_id       VARCHAR,              -- NULL: the payer has no contract for the day of service
    contract_version  INTEGER,
    edition           VARCHAR,
    posting_key       VARCHAR NOT NULL,
    remit_claim_id    VARCHAR NOT NULL,
    claim_id          VARCHAR NOT NULL,
    charge_id         VARCHAR,              -- NULL: the line is on no charge of ours
    payer_id          VARCHAR NOT NULL,
    service_on        DATE NOT NULL,
    effective_on      DATE NOT NULL,        -- of the payment
    procedure_code    VARCHAR,              -- as we billed it
    modifiers         VARCHAR[],
    units             DECIMAL(12, 3),
    place_class       VARCHAR,              -- facility, non_facility
    charge_cents      BIGINT NOT NULL,      -- SVC02
    denied_cents      BIGINT NOT NULL,
    term              VARCHAR,              -- which price of the contract: price, or the carve-out's name
    schedule          VARCHAR,
    schedule_row      INTEGER,              -- in the CSV file, the header being 1
    unit_cents        BIGINT,               -- allowed for one unit
    factor_ppb        BIGINT,               -- modifiers and multiple procedures together, in billionths
    price_cents       BIGINT,               -- of the whole charge by the contract; NULL: the contract cannot price it
    expected_cents    BIGINT,               -- NULL: not priced
    actual_cents      BIGINT NOT NULL,      -- SVC03 + patient responsibility (PR) + what lowers the payment after the allowed amount
    stated_cents      BIGINT,               -- AMT*B6
    variance_cents    BIGINT,               -- actual less expected
    tolerance_cents   BIGINT,
    recoverable_cents BIGINT NOT NULL,      -- the payer's part of an underpayment: without the patient's coinsurance
    verdict           VARCHAR NOT NULL,     -- as_expected, underpaid, overpaid, not_priced
    reason            VARCHAR,              -- of not_priced: no_contract, no_lines, no_charge, carved_out, no_rate, by_report, implausible (units or charge), claim_level, denied, capitated
    priced_on         DATE NOT NULL,
    run_id            VARCHAR NOT NULL,
    PRIMARY KEY (remit_line_id, occasion)
);

-- one row per line as priced last, of answers that were not taken back; is_newest: no later answer to its charge stands
-- (a denial does not outdate a payment)
CREATE OR REPLACE VIEW receivables.standing_contract_line AS
SELECT line.*, dense_rank() OVER (PARTITION BY line.claim_id, charge_id, reason IS NOT DISTINCT FROM 'denied'
                                  ORDER BY line.effective_on DESC, generation DESC, posting_key DESC) = 1 AS is_newest
FROM (SELECT * FROM receivables.contract_line QUALIFY row_number() OVER (PARTITION BY remit_line_id ORDER BY occasion DESC) = 1) AS line
JOIN posting.posting AS posted USING (posting_key)
WHERE NOT EXISTS (SELECT 1 FROM posting.posting AS later WHERE later.reverses = line.posting_key);

-- one row per claim a payer allowed less for than its contract says, beyond tolerance
CREATE OR REPLACE VIEW receivables.underpaid_claim AS
SELECT claim_id, any_value(payer_id) AS payer_id, string_agg(DISTINCT concat(contract_id, ' version ', contract_version), ', ') AS contract,
       count(*) AS lines, sum(expected_cents) AS expected_cents, sum(actual_cents) AS actual_cents, -sum(variance_cents) AS underpaid_cents,
       sum(recoverable_cents) AS recoverable_cents, max(effective_on) AS effective_on
FROM receivables.standing_contract_line
WHERE verdict = 'underpaid' AND is_newest
GROUP BY claim_id;

-- one row per payer and contract version (NULL: lines outside every contract): how much of what the payer answered it can price
CREATE OR REPLACE VIEW receivables.contract_coverage AS
SELECT payer_id, contract_id, contract_version, count(*) AS lines, count(price_cents) AS priced_lines, sum(charge_cents) AS charge_cents,
       coalesce(sum(charge_cents) FILTER (price_cents IS NOT NULL), 0) AS priced_charge_cents,
       count(*) FILTER (verdict = 'as_expected' AND is_newest) AS as_expected, count(*) FILTER (verdict = 'underpaid' AND is_newest) AS underpaid,
       count(*) FILTER (verdict = 'overpaid' AND is_newest) AS overpaid, coalesce(sum(recoverable_cents) FILTER (is_newest), 0) AS recoverable_cents
FROM receivables.standing_contract_line
GROUP BY payer_id, contract_id, contract_version;

-- patients' statements (receivables/statements): who is asked for what, what was left out and why, plans, what went to the print vendor

-- one row per coverage that names the person who answers for a minor's bills: its subscriber
CREATE TABLE IF NOT EXISTS receivables.guarantor (
    coverage_id  VARCHAR PRIMARY KEY,
    guarantor_id VARCHAR NOT NULL,        -- the same for every coverage of one subscriber (name, birth date, ZIP), and constant afterwards
    found_on     DATE NOT NULL,
    run_id       VARCHAR NOT NULL
);

-- one row per statement made for a guarantor: what it says, whole; never changed. It is sent when it goes to the print vendor
CREATE TABLE IF NOT EXISTS receivables.statement (
    statement_id    VARCHAR PRIMARY KEY,  -- of guarantor, day and how many of that day were withdrawn: the same day run again makes no second
    guarantor_id    VARCHAR NOT NULL,     -- patient_id, or that of receivables.guarantor
    guarantor_kind  VARCHAR NOT NULL,     -- patient; subscriber (of the coverage of a minor); guardian (of a minor, nobody is known)
    name            VARCHAR NOT NULL,     -- whom it is addressed to, as known that day
    line1           VARCHAR NOT NULL,
    line2           VARCHAR,
    city            VARCHAR NOT NULL,
    state           VARCHAR NOT NULL,
    zip             VARCHAR NOT NULL,
    statement_on    DATE NOT NULL,
    pay_by          DATE NOT NULL,
    level           VARCHAR NOT NULL,     -- of config/statements.yaml: first, second, final; plan: an instalment of a payment plan
    notice_no       INTEGER NOT NULL,     -- 1 for first ...; 0 for plan: the highest of its lines
    lines           INTEGER NOT NULL,
    charge_cents    BIGINT NOT NULL,
    insurance_cents BIGINT NOT NULL,      -- paid by insurance
    adjusted_cents  BIGINT NOT NULL,      -- written off or given up, so that charge = insurance + adjusted + patient + due
    patient_cents   BIGINT NOT NULL,      -- paid by the patient before
    due_cents       BIGINT NOT NULL,
    past_due_cents  BIGINT NOT NULL,      -- of due: asked for on an earlier statement of the cycle
    pay_now_cents   BIGINT NOT NULL,      -- due, or the instalment
    offer_months    INTEGER,              -- the payment plan it offers
    offer_cents     BIGINT,               -- a month
    plan_id         VARCHAR,              -- the payment plan it goes by
    message         VARCHAR NOT NULL,     -- the text of its level
    policy_id       VARCHAR NOT NULL,
    policy_version  INTEGER NOT NULL,
    run_id          VARCHAR NOT NULL,
    recorded_at     TIMESTAMP NOT NULL
);

-- one row per charge (or claim, for what stands on it as a whole) on a statement; never changed
CREATE TABLE IF NOT EXISTS receivables.statement_line (
    statement_id    VARCHAR NOT NULL,
    line_no         INTEGER NOT NULL,
    claim_id        VARCHAR NOT NULL,
    charge_id       VARCHAR,              -- NULL: the claim as a whole
    patient_id      VARCHAR NOT NULL,
    patient_name    VARCHAR NOT NULL,
    provider_name   VARCHAR,              -- rendering
    service_on      DATE NOT NULL,
    procedure_code  VARCHAR,
    charge_cents    BIGINT NOT NULL,
    insurance_cents BIGINT NOT NULL,
    adjusted_cents  BIGINT NOT NULL,
    patient_cents   BIGINT NOT NULL,
    due_cents       BIGINT NOT NULL,
    responsible_on  DATE NOT NULL,        -- since when the patient owes it: effective date of what made it so
    responsible_days INTEGER NOT NULL,    -- its age on the day of the statement
    cycle_no        INTEGER NOT NULL,     -- dunning cycle of this line: a patient's payment on the claim, or a balance of zero, begins the next
    notice_no       INTEGER NOT NULL,     -- in the cycle; 0: not dunned (payment plan)
    run_id          VARCHAR NOT NULL,
    PRIMARY KEY (statement_id, line_no)
);

-- one row per statement that was made and must not be sent any more: it was held, paid, changed, or not filed in time
CREATE TABLE IF NOT EXISTS receivables.statement_withdrawn (
    statement_id VARCHAR PRIMARY KEY,
    because      VARCHAR NOT NULL,        -- codes of holds.csv, CHANGED, NOT_FILED
    withdrawn_on DATE NOT NULL,
    run_id       VARCHAR NOT NULL
);

-- one row per time a line the patient owes was left out of statements for a reason
CREATE TABLE IF NOT EXISTS receivables.statement_hold (
    hold_id        VARCHAR PRIMARY KEY,   -- of claim, charge, code and how often before
    claim_id       VARCHAR NOT NULL,
    charge_id      VARCHAR,               -- NULL: the claim as a whole
    code           VARCHAR NOT NULL,      -- receivables/statements/holds.csv
    cents          BIGINT NOT NULL,       -- what the patient owed on it then
    evidence       VARCHAR NOT NULL,      -- ids, codes and amounts; nothing about a person, and nobody's words
    policy_version INTEGER NOT NULL,
    held_on        DATE NOT NULL,
    run_id         VARCHAR NOT NULL
);

-- one row per such reason that is no longer so
CREATE TABLE IF NOT EXISTS receivables.statement_hold_ended (
    hold_id  VARCHAR PRIMARY KEY,
    ended_on DATE NOT NULL,
    run_id   VARCHAR NOT NULL
);

-- one row per claim a person stopped statements for (disputed), or for whose guarantor and patient (bankrupt, mail came back)
CREATE TABLE IF NOT EXISTS receivables.statement_stop (
    stop_id    VARCHAR PRIMARY KEY,       -- of claim, code and how often before
    claim_id   VARCHAR NOT NULL,
    code       VARCHAR NOT NULL,          -- of holds.csv, one that a person sets
    actor      VARCHAR NOT NULL,
    reason     VARCHAR NOT NULL,
    stopped_on DATE NOT NULL,
    stopped_at TIMESTAMP NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per stop that a person ended
CREATE TABLE IF NOT EXISTS receivables.statement_resumed (
    stop_id    VARCHAR PRIMARY KEY,
    actor      VARCHAR NOT NULL,
    reason     VARCHAR NOT NULL,
    resumed_on DATE NOT NULL,
    resumed_at TIMESTAMP NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per payment plan a guarantor agreed to; while it is kept nothing of it is dunned
CREATE TABLE IF NOT EXISTS receivables.payment_plan (
    plan_id        VARCHAR PRIMARY KEY,   -- of guarantor and how many came before
    guarantor_id   VARCHAR NOT NULL,
    cents          BIGINT NOT NULL,       -- to be paid in all
    months         INTEGER NOT NULL,
    monthly_cents  BIGINT NOT NULL,       -- the last instalment is what is left
    first_due_on   DATE NOT NULL,         -- the others are due on the same day of the following months
    policy_id      VARCHAR NOT NULL,
    policy_version INTEGER NOT NULL,
    actor          VARCHAR NOT NULL,
    reason         VARCHAR NOT NULL,
    agreed_on      DATE NOT NULL,
    agreed_at      TIMESTAMP NOT NULL,
    run_id         VARCHAR NOT NULL
);

-- one row per claim of a payment plan: what is paid on it is paid under the plan
CREATE TABLE IF NOT EXISTS receivables.payment_plan_claim (
    plan_id  VARCHAR NOT NULL,
    claim_id VARCHAR NOT NULL,
    cents    BIGINT NOT NULL,             -- of the plan's; what was owed on it when the plan was agreed
    run_id   VARCHAR NOT NULL,
    PRIMARY KEY (plan_id, claim_id)
);

-- one row per payment plan that a person ended
CREATE TABLE IF NOT EXISTS receivables.payment_plan_ended (
    plan_id  VARCHAR PRIMARY KEY,
    actor    VARCHAR NOT NULL,
    reason   VARCHAR NOT NULL,
    ended_on DATE NOT NULL,
    run_id   VARCHAR NOT NULL
);

-- one row per file made for the print vendor
CREATE TABLE IF NOT EXISTS receivables.statement_file (
    file_id    VARCHAR PRIMARY KEY,       -- sha256 of its bytes
    statements INTEGER NOT NULL,
    lines      INTEGER NOT NULL,
    due_cents  BIGINT NOT NULL,
    actor      VARCHAR NOT NULL,
    written_on DATE NOT NULL,
    written_at TIMESTAMP NOT NULL,
    run_id     VARCHAR NOT NULL
);

-- one row per statement that went into a file: it is sent, and never sent again
CREATE TABLE IF NOT EXISTS receivables.statement_filed (
    statement_id VARCHAR PRIMARY KEY,
    file_id      VARCHAR NOT NULL,
    run_id       VARCHAR NOT NULL
);

-- one row per statement that stands, with where it is: made, filed
CREATE OR REPLACE VIEW receivables.standing_statement AS
SELECT statement.*, filed.file_id, CASE WHEN filed.file_id IS NULL THEN 'made' ELSE 'filed' END AS status
FROM receivables.statement ANTI JOIN receivables.statement_withdrawn USING (statement_id) LEFT JOIN receivables.statement_filed AS filed USING (statement_id);

-- one row per reason a line is left out now
CREATE OR REPLACE VIEW receivables.open_statement_hold AS
SELECT * FROM receivables.statement_hold ANTI JOIN receivables.statement_hold_ended USING (hold_id);

-- one row per stop in force
CREATE OR REPLACE VIEW receivables.open_statement_stop AS
SELECT * FROM receivables.statement_stop ANTI JOIN receivables.statement_resumed USING (stop_id);

-- one row per guarantor: the newest payment plan that no person ended; statements/plans.sql says whether it is over by itself
CREATE OR REPLACE VIEW receivables.open_payment_plan AS
SELECT * FROM receivables.payment_plan ANTI JOIN receivables.payment_plan_ended USING (plan_id)
QUALIFY row_number() OVER (PARTITION BY guarantor_id ORDER BY agreed_at DESC, plan_id) = 1;
