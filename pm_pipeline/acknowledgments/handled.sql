-- mark every set of this batch as dealt with
INSERT INTO transport.handled
SELECT DISTINCT set_id, 'acknowledgments', 'loaded', CAST($today AS DATE), $run_id FROM x12_set_text;
