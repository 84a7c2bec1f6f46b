-- one row per closing, practice and responsible party
SELECT * FROM closing.roll_forward ORDER BY close_id, practice_id, party;
