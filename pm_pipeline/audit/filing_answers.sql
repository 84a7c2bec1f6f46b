-- one row per answer on record to a submission of claim $claim_id to the payer of turn $payer_turn: TA1, 999, 277CA of the clearinghouse or payer, 835 of the payer
SELECT event.version,
       CASE WHEN event.kind LIKE 'interchange\_%' ESCAPE '\' THEN 'TA1' WHEN event.kind LIKE 'set\_%' ESCAPE '\' THEN split_part(event.detail, ' ', 1)
            WHEN event.kind LIKE 'claim\_%' ESCAPE '\' THEN '277CA' ELSE '835' END AS answer,
       regexp_replace(event.kind, '^(interchange|set|claim)_', '') AS outcome, event.detail, coalesce(file.landed_on, event.happened_on) AS received_on,
       event.file_id, event.segment_no, receipt.partner_id AS received_from, receipt.remote_path, receipt.landed_at, receipt.bytes
FROM (
    SELECT claim_id, version, kind, detail, happened_on, file_id, segment_no, seq FROM scrub.claim_event WHERE $payer_turn = 'primary'
    UNION ALL
    SELECT claim_id, version, kind, detail, happened_on, file_id, segment_no, rank FROM submission.later_event WHERE payer_turn = $payer_turn
    UNION ALL
    -- the later payer's own 835, which the diary keeps under its turn: it answers the newest version sent by then, else the first
    SELECT said.claim_id, coalesce(max(sent.version) FILTER (sent.batch_on <= said.happened_on), min(sent.version)), regexp_replace(said.kind, '^(secondary|tertiary)_', ''),
           said.detail, said.happened_on, said.file_id, said.segment_no, said.seq
    FROM scrub.claim_event AS said JOIN submission.later_claim AS sent ON sent.claim_id = said.claim_id AND sent.payer_turn = $payer_turn
    WHERE said.kind IN (concat($payer_turn, '_paid'), concat($payer_turn, '_partly_denied'), concat($payer_turn, '_denied'))
    GROUP BY ALL
) AS event
LEFT JOIN transport.file AS file USING (file_id)
LEFT JOIN (SELECT * FROM transport.receipt QUALIFY row_number() OVER (PARTITION BY file_id ORDER BY landed_at, receipt_id) = 1) AS receipt USING (file_id)
WHERE event.claim_id = $claim_id
  AND (regexp_matches(event.kind, '^(interchange|set)_(accepted|noted|rejected|known)$') OR regexp_matches(event.kind, '^claim_(accepted|received|rejected)$')
       OR event.kind IN ('paid', 'partly_denied', 'denied'))
ORDER BY event.version, received_on, list_position(['TA1', '997', '999', '277CA', '835'], answer), event.seq;
