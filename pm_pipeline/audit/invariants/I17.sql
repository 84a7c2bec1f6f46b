-- one row per payment whose cash clearing is neither zero nor what a reason explains
SELECT payment_id AS item, concat('CASH_CLEARING holds ', residue_cents, ' cents that no deposit, return or waiting explains') AS text
FROM posting.cash_residue WHERE reason IS NULL;
