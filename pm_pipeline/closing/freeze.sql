-- freeze the figures of one closing as the ledger says them now; one row: its seal
INSERT INTO closing.roll_forward SELECT * FROM closing.roll_forward_now WHERE close_id = $close_id ORDER BY practice_id, party;
INSERT INTO closing.trial_balance SELECT * FROM closing.trial_balance_now WHERE close_id = $close_id ORDER BY practice_id, account, sub_account;
SELECT seal FROM closing.seal WHERE close_id = $close_id AND act = 'close';
