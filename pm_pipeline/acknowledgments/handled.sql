-- mark every set of this batch as dealt with
INSERT INTO transport.handled
SELECT set_id, 'acknowledgments', 'loaded', CAST($today AS DATE), $run_id FROM answer_set;
