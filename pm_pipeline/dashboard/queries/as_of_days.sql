-- one row per day figures are stated as of, newest first
SELECT DISTINCT as_of_date FROM marts.kpi_summary ORDER BY as_of_date DESC
