-- one row per closing that was taken back
SELECT * FROM closing.reopening ORDER BY close_id;
