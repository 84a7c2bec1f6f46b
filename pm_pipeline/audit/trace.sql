-- one row per thing that happened to a claim, from charge to ledger, by the day we learned of it, with its evidence (file and
-- segment or row) and run
WITH mine AS (
    SELECT remit_claim_id FROM posting.posting_made WHERE claim_id = $claim_id
    UNION SELECT remit_claim_id FROM remittance.claim WHERE clp01 = $claim_id
), sent AS (
    SELECT sent.*, coalesce(first.frequency, later.frequency) AS frequency, coalesce(first.run_id, later.run_id) AS run_id
    FROM submission.sent_claim AS sent
    LEFT JOIN submission.batch_claim AS first USING (claim_id, st02) LEFT JOIN submission.later_claim AS later USING (claim_id, st02)
    WHERE claim_id = $claim_id
)
SELECT happened_on, rank, stage, what, text, file_id, segment_no, run_id FROM (
    SELECT landed_on AS happened_on, 10 AS rank, 'charges' AS stage, concat('charge ', action) AS what,
           concat_ws(' ', charge_id, procedure_code, array_to_string(modifiers, ' '), 'on', dos_from, 'for', dollars(charge_cents), 'entered', entered_on) AS text,
           file_id, row_no AS segment_no, run_id
    FROM charges.charge WHERE claim_id = $claim_id
    UNION ALL
    SELECT found_on, 20, 'scrub', concat('edit ', rule_id, ' ', severity), message, NULL, NULL, run_id FROM scrub.edit_finding WHERE claim_id = $claim_id
    UNION ALL
    SELECT cleared_on, 21, 'scrub', concat('edit ', rule_id, ' cleared'), '', NULL, NULL, cleared.run_id
    FROM scrub.finding_cleared AS cleared JOIN scrub.edit_finding USING (finding_id) WHERE claim_id = $claim_id
    UNION ALL
    SELECT fixed_on, 19, 'scrub', concat('fix ', fix.rule_id), concat(column_name, ' from ', before, ' to ', after, ' by ' || actor), NULL, NULL, fix.run_id
    FROM scrub.fix AS fix LEFT JOIN (SELECT person_fix_id, actor FROM scrub.person_fix) AS said ON said.person_fix_id = fix.rule_id WHERE claim_id = $claim_id
    UNION ALL
    SELECT decided_on, 18, 'scrub', concat('person sets ', column_name),
           concat_ws(' ', person_fix_id, 'of', charge_id, 'to', coalesce(value, 'nothing'), 'for', rule_id, 'by', actor, '(' || reason || ')'), NULL, NULL, run_id
    FROM scrub.person_fix WHERE claim_id = $claim_id
    UNION ALL
    SELECT decided_on, 22, 'scrub', concat('override ', rule_id), concat_ws(' ', override_id, 'line ' || line_no, 'until', until_on, 'by', actor, '(' || reason || ')'), NULL, NULL, run_id
    FROM scrub.override WHERE claim_id = $claim_id
    UNION ALL
    SELECT withdrawn_on, 23, 'scrub', 'decision taken back', concat_ws(' ', decision_id, 'by', actor, '(' || reason || ')'), NULL, NULL, run_id
    FROM scrub.withdrawal WHERE claim_id = $claim_id
    UNION ALL
    SELECT batch_on, 30, 'submission', concat(CASE WHEN payer_turn = 'primary' THEN '' ELSE payer_turn || ' ' END, 'version ', version, ' frozen'),
           concat('ISA13 ', isa13, ' ST02 ', st02, ' frequency ', frequency, ' to ', sent.payer_id, ' for ', dollars(sent.charge_cents)), interchange.file_id,
           first_segment_no, sent.run_id
    FROM sent JOIN submission.interchange USING (isa13, batch_on)
    UNION ALL
    SELECT happened_on, 31 + seq / 100.0, 'submission', concat('upload ', state), concat_ws(' ', 'ISA13', isa13, detail), NULL, NULL, run_id
    FROM submission.upload_event WHERE isa13 IN (SELECT isa13 FROM sent) AND state <> 'prepared'
    UNION ALL
    SELECT received_on, 40, 'acknowledgments', concat('TA1 ', ta104), concat('ISA13 ', isa13, ' note ', ta105), file_id, segment_no, run_id
    FROM acknowledgments.interchange_ack WHERE isa13 IN (SELECT isa13 FROM sent)
    UNION ALL
    SELECT received_on, 41, 'acknowledgments', concat('999 ', ik501), concat_ws('; ', concat('ST02 ', st02), nullif(array_to_string(errors[1:3], '; '), '')), file_id, segment_no, run_id
    FROM acknowledgments.set_ack WHERE is_ours AND st02 IN (SELECT st02 FROM sent)
    UNION ALL
    SELECT received_on, 42, 'acknowledgments', concat('277CA ', category), concat_ws(' ', 'status', status, 'payer claim number', payer_claim_number), file_id, segment_no, run_id
    FROM acknowledgments.claim_status WHERE claim_id = $claim_id
    UNION ALL
    SELECT pay.received_on, 50, 'remittance', concat('CLP02 ', clp.status),
           concat('payment ', pay.payment_id, ' of ', pay.effective_on, ' trace ', pay.trn02,
               ' charge ', dollars(clp.charge_cents), ' paid ', dollars(clp.paid_cents), ' by ', coalesce(pay.payer_id, 'an unknown payer')),
           clp.file_id, clp.segment_no, clp.run_id
    FROM remittance.claim AS clp JOIN remittance.payment AS pay USING (payment_id) WHERE clp.remit_claim_id IN (SELECT remit_claim_id FROM mine)
    UNION ALL
    SELECT pay.received_on, 51, 'remittance', concat('CAS ', group_code, '-', carc), dollars(cents), adjustment.file_id, adjustment.segment_no, adjustment.run_id
    FROM remittance.adjustment JOIN remittance.claim AS clp USING (remit_claim_id) JOIN remittance.payment AS pay USING (payment_id)
    WHERE remit_claim_id IN (SELECT remit_claim_id FROM mine)
    UNION ALL
    SELECT posted_on, 60, 'posting', kind, concat_ws(' ', posting_key, coalesce(payer_turn, ''), 'matched by ' || match_by, 'paid', dollars(paid_cents), 'moved', dollars(adjusted_cents),
           'takes back ' || reverses), NULL, NULL, run_id
    FROM posting.posting_made WHERE remit_claim_id IN (SELECT remit_claim_id FROM mine)
    UNION ALL
    SELECT decided_on, 60.5, 'posting', 'match taken back', concat_ws(' ', unposting_id, 'from claim', undo.claim_id, 'by', actor, '(' || reason || ')'), NULL, NULL, run_id
    FROM posting.unposting AS undo WHERE remit_claim_id IN (SELECT remit_claim_id FROM mine)
    UNION ALL
    SELECT opened_on, 61, 'posting', concat('exception ', code), evidence, NULL, NULL, run_id
    FROM posting.exception WHERE claim_id = $claim_id OR remit_claim_id IN (SELECT remit_claim_id FROM mine)
    UNION ALL
    SELECT decided_on, 61.5, 'posting', concat('exception ', code, ': ', action),
           concat_ws(' ', resolution_id, coalesce(target, ''), coalesce(decision, ''), coalesce(account, ''), 'by', actor, '(' || reason || ')'), NULL, NULL, said.run_id
    FROM posting.resolution AS said JOIN posting.exception USING (exception_id) WHERE claim_id = $claim_id OR target = $claim_id OR remit_claim_id IN (SELECT remit_claim_id FROM mine)
    UNION ALL
    SELECT closed_on, 62, 'posting', concat('exception ', code, ' closed'), concat_ws(' ', because, 'by', closed.actor), NULL, NULL, closed.run_id
    FROM posting.exception_closed AS closed JOIN posting.exception USING (exception_id)
    WHERE claim_id = $claim_id OR remit_claim_id IN (SELECT remit_claim_id FROM mine)
    UNION ALL
    SELECT posted_on, 70, 'ledger', entry_kind, concat_ws(' ', entry_id, account || ':' || sub_account, dollars(cents), rule_id), file_id, segment_no, run_id
    FROM ledger.entry WHERE claim_id = $claim_id OR remit_claim_id IN (SELECT remit_claim_id FROM mine)
    UNION ALL
    SELECT opened_on, 80, 'receivables', concat('denial ', category), concat(group_code, '-', carc, ' ', dollars(denied_cents), ' appeal by ', appeal_by), NULL, NULL, run_id
    FROM receivables.denial WHERE claim_id = $claim_id
    UNION ALL
    SELECT closed_on, 81, 'receivables', concat('denial closed: ', because), dollars(recovered_cents), NULL, NULL, closed.run_id
    FROM receivables.denial_closed AS closed JOIN receivables.denial USING (denial_id) WHERE claim_id = $claim_id
    UNION ALL
    SELECT acted_on, 81, 'receivables', concat('denial ', action), concat_ws(' ', action_id, 'by', actor, dollars(cents), reason, party, letter_sha256[:12]), NULL, NULL, act.run_id
    FROM receivables.denial_action AS act JOIN receivables.denial USING (denial_id) WHERE claim_id = $claim_id
    UNION ALL
    SELECT opened_on, 82, 'receivables', kind, text, NULL, NULL, run_id FROM receivables.work_item WHERE claim_id = $claim_id
    UNION ALL
    SELECT decided_on, 65, 'receivables', concat_ws(' ', event, state), concat_ws(' ', action_id, dollars(cents), party, 'by', actor, '(' || reason || ')',
           CASE WHEN answered_by IS NOT NULL THEN concat('second: ', answered_by, ' (', answer_reason, ')') END), NULL, NULL, run_id
    FROM receivables.money_state WHERE claim_id = $claim_id OR of_action_id IN (SELECT action_id FROM receivables.money_action WHERE claim_id = $claim_id)
    UNION ALL
    -- on the day we learned of it: a payment's effective day lies before that
    SELECT greatest(happened_on, file.landed_on), CASE WHEN rank >= 100 THEN 69 WHEN rank >= 50 THEN 45 WHEN rank >= 30 THEN 35 ELSE 25 END,
           'state', state, concat_ws(' ', event.kind, detail), event.file_id, segment_no, event.run_id
    FROM scrub.claim_event AS event LEFT JOIN transport.file AS file ON file.file_id = event.file_id WHERE claim_id = $claim_id
)
ORDER BY happened_on, rank, segment_no NULLS FIRST, what, text;
