-- temporary macros every connection gets; the strict readings of text that the core relies on

-- money text to integer cents; NULL for anything that is not plainly an amount (no exponent, sign +, grouping or third decimal).
-- Fourteen digits before the point: with fifteen the multiplication overflows DECIMAL(18) and one such amount stops the whole set.
CREATE OR REPLACE TEMP MACRO cents(amount) AS
    CASE WHEN regexp_full_match(amount, '-?([0-9]{1,14}(\.[0-9]{1,2})?|\.[0-9]{1,2})')
         THEN CAST(CAST(amount AS DECIMAL(18, 2)) * 100 AS BIGINT) END;

-- X12 or feed date (CCYYMMDD or CCYY-MM-DD) to DATE; NULL when it is not a calendar day
CREATE OR REPLACE TEMP MACRO day(value) AS
    CASE WHEN regexp_full_match(value, '[12][0-9]{7}') THEN CAST(try_strptime(value, '%Y%m%d') AS DATE)
         WHEN regexp_full_match(value, '[12][0-9]{3}-[0-9]{2}-[0-9]{2}') THEN try_cast(value AS DATE) END;

-- quantity text (up to three decimals) to DECIMAL; NULL when it is not one
CREATE OR REPLACE TEMP MACRO quantity(value) AS
    CASE WHEN regexp_full_match(value, '-?([0-9]{1,9}(\.[0-9]{1,3})?|\.[0-9]{1,3})')
         THEN CAST(value AS DECIMAL(12, 3)) END;

-- a short stable id from the text that identifies a thing
CREATE OR REPLACE TEMP MACRO short_id(prefix, content) AS prefix || sha256(content)[1:16];

-- cents as dollars for people
CREATE OR REPLACE TEMP MACRO dollars(cents) AS format('{:,.2f}', CAST(cents AS DOUBLE) / 100);
