-- one row per fresh row that corrects or voids a charge which another row corrects or voids already (the first one stands), and
-- per row of this file that repeats such a row
CREATE OR REPLACE TEMP TABLE charge_second_successor AS
WITH second AS (
    SELECT intake_row.charge_id
    FROM intake_row JOIN intake_judged USING (row_no)
    LEFT JOIN charges.charge AS loaded ON loaded.original_charge_id = intake_row.original_charge_id
    WHERE verdict = 'fresh' AND intake_row.original_charge_id IS NOT NULL
    QUALIFY loaded.charge_id IS NOT NULL
         OR row_number() OVER (PARTITION BY intake_row.original_charge_id ORDER BY intake_row.row_no) > 1
)
SELECT row_no, charge_id
FROM intake_row JOIN intake_judged USING (row_no) SEMI JOIN second USING (charge_id)
WHERE verdict <> 'conflict';

INSERT INTO intake_problem
SELECT row_no, charge_id, 1001, 'ORIGINAL_ALREADY_REPLACED', 'original_charge_id',
       'a charge that no other row has corrected or voided yet',
       'Name the newest row of the charge, the one that replaced it, not the first.'
FROM charge_second_successor;

UPDATE intake_judged SET verdict = 'conflict' WHERE row_no IN (SELECT row_no FROM charge_second_successor);

DROP TABLE charge_second_successor;
