-- one row: the last business date of which statements know something
SELECT max(day) FROM (
    SELECT max(posted_on) AS day FROM ledger.entry
    UNION ALL SELECT max(statement_on) FROM receivables.statement
    UNION ALL SELECT max(withdrawn_on) FROM receivables.statement_withdrawn
    UNION ALL SELECT max(held_on) FROM receivables.statement_hold
    UNION ALL SELECT max(ended_on) FROM receivables.statement_hold_ended
    UNION ALL SELECT max(stopped_on) FROM receivables.statement_stop
    UNION ALL SELECT max(resumed_on) FROM receivables.statement_resumed
    UNION ALL SELECT max(agreed_on) FROM receivables.payment_plan
    UNION ALL SELECT max(ended_on) FROM receivables.payment_plan_ended
    UNION ALL SELECT max(written_on) FROM receivables.statement_file
);
