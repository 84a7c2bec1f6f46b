-- one row per unit of work ever committed, from the first: the hash chain
SELECT * FROM warehouse.chain ORDER BY seq;
