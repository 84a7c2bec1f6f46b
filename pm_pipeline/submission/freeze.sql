-- freeze one interchange: its numbers and sets; submission_place and submission_set say where they lie in the bytes
INSERT INTO transport.file (file_id, direction, kind, bytes, landed_on, landed_at, run_id)
VALUES ($file_id, 'out', 'x12', $bytes, CAST($today AS DATE), $recorded_at, $run_id);

INSERT INTO submission.interchange
SELECT $isa13, $gs06, $partner_id, CAST($today AS DATE), $file_id, $remote_name, $bytes,
       (SELECT count(*) FROM submission_set), (SELECT count(*) FROM submission_place), $charge_cents, $recorded_at, $run_id;

INSERT INTO submission.transaction_set
SELECT st02, $isa13, reference, claims, first_segment_no, last_segment_no FROM submission_set;

INSERT INTO submission.upload_event VALUES ($isa13, 1, 'prepared', NULL, CAST($today AS DATE), $recorded_at, $run_id);
