-- one row per generation: its number, the day it speaks of, and the link of the warehouse's chain it was built from
CREATE SCHEMA published;
CREATE TABLE published.about AS
SELECT CAST($generation AS BIGINT) AS generation, as_of_date, chain_seq, chain_hash, built_at, CAST($published_at AS TIMESTAMP) AS published_at
FROM marts.build;
