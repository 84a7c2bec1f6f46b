-- one row per closing of a month ever made
SELECT * FROM closing.period ORDER BY last_on, edition;
