-- one row per closing, practice, account and sub-account
SELECT * FROM closing.trial_balance ORDER BY close_id, practice_id, account, sub_account;
