-- record the events of new_claim_event that are not recorded yet; a state never moves backward except by a reopen.
-- Of one day's answers a reversal comes before the correction that follows it.
CREATE OR REPLACE TEMP TABLE claim_known AS
SELECT claim_id, max(version) AS newest, coalesce(max(version) FILTER (kind = 'prepared'), 0) AS last_prepared,
       arg_max(state, seq) AS state, arg_max(rank, seq) AS rank
FROM scrub.claim_event
WHERE claim_id IN (SELECT claim_id FROM new_claim_event)
GROUP BY claim_id;

INSERT INTO scrub.claim_event
WITH fresh AS (
    SELECT claim_id, event.kind, event.cause, event.happened_on, event.detail, event.file_id, event.segment_no,
           CASE WHEN event.version IS NOT NULL THEN event.version
                WHEN coalesce(said.rank, 0) > $last_own_rank AND event.kind <> 'reopen' THEN coalesce(known.last_prepared, 0)
                ELSE coalesce(known.newest, 0) END AS spoken_of,
           spoken_of < coalesce(known.newest, 0) AS is_of_the_past,
           CASE WHEN NOT is_of_the_past THEN event.state END AS wanted,
           CASE WHEN is_of_the_past THEN 0 ELSE coalesce(said.rank, 0) END AS wanted_rank,
           known.state AS known_state, coalesce(known.rank, 0) AS known_rank,
           short_id('V', concat_ws('|', claim_id, spoken_of, event.kind, coalesce(event.cause, ''))) AS event_id
    FROM new_claim_event AS event
    LEFT JOIN claim_known AS known USING (claim_id)
    LEFT JOIN claim_state_rank AS said ON said.state = event.state
    QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY event.happened_on, event.state, event.detail) = 1
), numbered AS (
    SELECT *, (SELECT coalesce(max(seq), 0) FROM scrub.claim_event)
              + row_number() OVER (ORDER BY happened_on, wanted_rank, wanted IS DISTINCT FROM 'reversed', claim_id, event_id) AS seq
    FROM fresh ANTI JOIN scrub.claim_event USING (event_id)
), ranked AS (
    SELECT *, CASE WHEN kind = 'reopen' THEN wanted_rank
                   ELSE greatest(known_rank, max(wanted_rank) OVER (PARTITION BY claim_id ORDER BY seq)) END AS rank,
           max_by(wanted, CASE WHEN wanted IS NOT NULL AND (kind = 'reopen' OR wanted_rank >= known_rank) THEN wanted_rank * 1e12 + seq END)
               OVER (PARTITION BY claim_id ORDER BY seq) AS reached
    FROM numbered
)
SELECT event_id, claim_id, spoken_of, seq, kind, coalesce(reached, known_state, 'held'), rank, happened_on, detail, file_id, segment_no,
       $run_id, $recorded_at
FROM ranked;

DROP TABLE claim_known;
