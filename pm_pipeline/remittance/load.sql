-- load the sets judged good; report and mark the others
INSERT INTO remittance.payment
SELECT payment_id, set_id, file_id, segment_no, payer_id, trn02, trn03, payee_id, is_our_payee, coalesce(bpr01, ''), coalesce(bpr04, ''), paid_cents,
       effective_on, claims, claim_paid_cents, plb_cents, fingerprint, CAST($today AS DATE), $run_id
FROM judged_set WHERE outcome = 'loaded';

INSERT INTO remittance.claim
SELECT concat(pay.payment_id, '-', clp_no), pay.payment_id, clp_no, clp.file_id, clp.segment_no, clp01, status, coalesce(clp.charge_cents, 0),
       coalesce(clp.paid_cents, 0), patient_cents, filing_indicator, payer_claim_number, frequency, original_payer_claim_number, forwarded_to,
       coalesce(remark.codes, []), interest_cents, clp.lines, adjusted_cents, imbalance IS NULL, imbalance, $run_id
FROM x12_835_balance AS clp
JOIN judged_set AS pay ON pay.set_no = clp.set_no AND pay.outcome = 'loaded'
LEFT JOIN (SELECT set_no, clp_at, list(code ORDER BY segment_no, place) AS codes FROM x12_835_remark WHERE svc_at IS NULL GROUP BY ALL) AS remark
  ON remark.set_no = clp.set_no AND remark.clp_at = clp.segment_no;

INSERT INTO remittance.line
SELECT concat(pay.payment_id, '-', clp.clp_no, '-', line.svc_no), concat(pay.payment_id, '-', clp.clp_no), line.svc_no, pay.file_id, line.segment_no,
       procedure_code, coalesce(modifiers, []), coalesce(line.charge_cents, 0), coalesce(line.paid_cents, 0), units, original_procedure,
       dos_from, dos_to, line_id, allowed_cents, coalesce(remark.codes, []),
       line.charge_cents IS NOT NULL AND line.paid_cents IS NOT NULL AND line.charge_cents = line.paid_cents + coalesce(cas.adjusted, 0), $run_id
FROM x12_835_svc AS line
JOIN judged_set AS pay ON pay.set_no = line.set_no AND pay.outcome = 'loaded'
JOIN x12_835_clp AS clp ON clp.set_no = line.set_no AND clp.segment_no = line.clp_at
LEFT JOIN (SELECT set_no, svc_at, list(code ORDER BY segment_no, place) AS codes FROM x12_835_remark WHERE svc_at IS NOT NULL GROUP BY ALL) AS remark
  ON remark.set_no = line.set_no AND remark.svc_at = line.segment_no
LEFT JOIN (SELECT set_no, svc_at, sum(cents) AS adjusted FROM x12_835_cas WHERE svc_at IS NOT NULL GROUP BY ALL) AS cas
  ON cas.set_no = line.set_no AND cas.svc_at = line.segment_no;

INSERT INTO remittance.claim_subject
SELECT concat(pay.payment_id, '-', clp.clp_no), clp.member_id, clp.rendering_npi, served.dos_from, $run_id
FROM (SELECT * FROM x12_835_clp WHERE clp01 NOT IN (SELECT claim_id FROM scrub.claim)) AS clp
JOIN judged_set AS pay ON pay.set_no = clp.set_no AND pay.outcome = 'loaded'
LEFT JOIN (SELECT set_no, clp_at, min(dos_from) AS dos_from FROM x12_835_svc GROUP BY ALL) AS served ON served.set_no = clp.set_no AND served.clp_at = clp.segment_no
WHERE clp.member_id IS NOT NULL AND served.dos_from IS NOT NULL;

-- an adjustment without a readable amount is kept with 0 cents: its claim is marked unbalanced, and its segment is the evidence
INSERT INTO remittance.adjustment
SELECT concat(pay.payment_id, '-', clp.clp_no, '-a', cas.place),
       concat(pay.payment_id, '-', clp.clp_no), CASE WHEN cas.svc_at IS NOT NULL THEN concat(pay.payment_id, '-', clp.clp_no, '-', line.svc_no) END,
       pay.file_id, cas.segment_no, cas.group_code, coalesce(cas.carc, ''), coalesce(cas.cents, 0), cas.quantity, $run_id
FROM (SELECT *, row_number() OVER (PARTITION BY set_no, clp_at ORDER BY segment_no, triplet) AS place FROM x12_835_cas) AS cas
JOIN judged_set AS pay ON pay.set_no = cas.set_no AND pay.outcome = 'loaded'
JOIN x12_835_clp AS clp ON clp.set_no = cas.set_no AND clp.segment_no = cas.clp_at
LEFT JOIN x12_835_svc AS line ON line.set_no = cas.set_no AND line.segment_no = cas.svc_at;

INSERT INTO remittance.provider_adjustment
SELECT concat(pay.payment_id, '-p', row_number() OVER (PARTITION BY plb.set_id ORDER BY plb.segment_no, pair)), pay.payment_id, plb.file_id, plb.segment_no,
       provider_ref, fiscal_on, reason_code, reference, cents, $run_id
FROM x12_835_plb AS plb JOIN judged_set AS pay ON pay.set_id = plb.set_id AND pay.outcome = 'loaded';

INSERT OR IGNORE INTO transport.problem
SELECT short_id('X', concat_ws('|', file_id, code, segment_no)), file_id, set_id, 'set', code, segment_no, text, CAST($today AS DATE), $run_id FROM set_fault;

INSERT INTO transport.handled SELECT set_id, 'remittance', outcome, CAST($today AS DATE), $run_id FROM judged_set;
