-- what became of the actions of the action log (PM_HOME/desk), and what was said about items that keep no words of their own
CREATE SCHEMA IF NOT EXISTS desk;

-- one row per action a run has applied or refused; never changed. The log says what was meant, this what became of it
CREATE TABLE IF NOT EXISTS desk.applied (
    action_id   VARCHAR PRIMARY KEY,   -- of the log
    kind        VARCHAR NOT NULL,      -- desk/kinds.csv
    item_id     VARCHAR NOT NULL,
    action      VARCHAR NOT NULL,      -- desk/actions.csv
    arguments   VARCHAR NOT NULL,      -- as JSON
    actor       VARCHAR NOT NULL,      -- the person
    reason      VARCHAR NOT NULL,      -- in the person's words
    generation  INTEGER,               -- the published one the person looked at
    said_at     TIMESTAMP NOT NULL,    -- when it was logged, UTC
    line_no     BIGINT NOT NULL,       -- in the log
    line_sha256 VARCHAR NOT NULL,      -- of the whole line
    outcome     VARCHAR NOT NULL,      -- applied, refused
    message     VARCHAR NOT NULL,      -- for people: what it did, or why it was not done
    made_id     VARCHAR,               -- what it became: the id of a resolution, override, fix, denial action or movement of money
    applied_on  DATE NOT NULL,
    applied_at  TIMESTAMP NOT NULL,
    run_id      VARCHAR NOT NULL
);

-- one row per note about an item whose kind has no actions of its own in the warehouse (notes on denials: receivables.denial_action)
CREATE TABLE IF NOT EXISTS desk.item_note (
    action_id VARCHAR PRIMARY KEY,
    kind      VARCHAR NOT NULL,
    item_id   VARCHAR NOT NULL,
    text      VARCHAR NOT NULL,
    actor     VARCHAR NOT NULL,
    said_at   TIMESTAMP NOT NULL,
    noted_on  DATE NOT NULL,
    run_id    VARCHAR NOT NULL
);

-- one row per time such an item was given to somebody; the newest counts
CREATE TABLE IF NOT EXISTS desk.item_assigned (
    action_id   VARCHAR PRIMARY KEY,
    kind        VARCHAR NOT NULL,
    item_id     VARCHAR NOT NULL,
    owner       VARCHAR NOT NULL,      -- a person of people.yaml, or a team
    actor       VARCHAR NOT NULL,
    reason      VARCHAR NOT NULL,
    said_at     TIMESTAMP NOT NULL,
    assigned_on DATE NOT NULL,
    run_id      VARCHAR NOT NULL
);

-- one row per item that was given to somebody: to whom last
CREATE OR REPLACE VIEW desk.item_owner AS
SELECT kind, item_id, arg_max(owner, (said_at, action_id)) AS owner, arg_max(actor, (said_at, action_id)) AS given_by, max(said_at) AS given_at
FROM desk.item_assigned GROUP BY kind, item_id;

-- what the chain of units of work seals of a row of desk.applied
CREATE OR REPLACE MACRO desk.seal(action_id, line_sha256, kind, item_id, action, arguments, actor, reason, outcome, message, made_id, applied_on, run_id) AS
concat('desk ', action_id, ' ', sha256(to_json([line_sha256, kind, item_id, action, arguments, actor, reason, outcome, message, coalesce(made_id, ''), CAST(applied_on AS VARCHAR), run_id])));
