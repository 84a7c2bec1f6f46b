-- what became of submissions: of the first payer's it is the claim's own event; of a later payer's it is kept with that
-- submission, and the claim's diary tells it under the name of the turn, once
INSERT INTO new_claim_event
SELECT claim_id, version, kind, state, cause, happened_on, detail, file_id, segment_no FROM new_sent_event WHERE payer_turn = 'primary';

CREATE OR REPLACE TEMP TABLE fresh_later_event AS
SELECT short_id('T', concat_ws('|', claim_id, payer_turn, version, kind, coalesce(cause, ''))) AS event_id, event.* EXCLUDE (cause),
       coalesce(said.rank, 0) AS rank
FROM new_sent_event AS event LEFT JOIN claim_state_rank AS said USING (state)
WHERE payer_turn <> 'primary'
QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY happened_on, detail) = 1;

DELETE FROM fresh_later_event WHERE event_id IN (SELECT event_id FROM submission.later_event);

INSERT INTO submission.later_event BY NAME
SELECT *, $run_id AS run_id, CAST($recorded_at AS TIMESTAMP) AS recorded_at FROM fresh_later_event;

INSERT INTO new_claim_event
SELECT claim_id, NULL, concat(payer_turn, '_', replace(kind, 'claim_', '')), NULL, event_id, happened_on, detail, file_id, segment_no
FROM fresh_later_event;

DROP TABLE fresh_later_event;
