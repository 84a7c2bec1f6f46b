-- one row: who was treated on a claim; asked for by a person who wants to see the name, and kept in the journal
SELECT last_name, first_name, birth_date FROM persons.claim_patient WHERE claim_id = $claim
