-- 835, one part: x12_clp_row, x12_svc_row, x12_cas_row and x12_elements_row (rows_835.py) into typed rows

-- one row per CLP, with what its own loop (2100) says
INSERT INTO x12_835_clp
SELECT set_no, segment_no, ordinal, coalesce(e[2], ''), coalesce(e[3], ''), nullif(e[4], ''), nullif(e[5], ''), cents(e[4]), cents(e[5]), cents(e[6]),
       nullif(e[7], ''), nullif(e[8], ''), nullif(e[9], ''), nullif(e[10], ''), nullif(e[12], ''), nullif(e[13], ''),
       nullif(elements(original_number)[1], ''), coalesce(nullif(forwarded[8], ''), nullif(forwarded[2], '')), cents(elements(interest)[1])
FROM (SELECT * REPLACE (elements(forwarded) AS forwarded), elements(segment) AS e FROM x12_clp_row);

-- one row per SVC under a CLP; SVC01 is split at the interchange's component separator, or at the one SVC01 itself shows
INSERT INTO x12_835_svc
SELECT set_no, segment_no, clp_at, ordinal, nullif(product[2], ''), CASE WHEN len(product) < 3 THEN [] ELSE list_filter(product[3:6], lambda x: x <> '') END, nullif(e[3], ''), nullif(e[4], ''),
       cents(e[3]), cents(e[4]), CASE WHEN coalesce(e[6], '') = '' THEN 1 ELSE coalesce(quantity(e[6]), 1) END,
       CASE WHEN e[7] <> '' THEN nullif(string_split(e[7], mark)[2], '') END,
       coalesce(day(first_of(served)), day(first_of(served_from))), day(first_of(served_to)),
       nullif(first_of(line_id), ''), cents(first_of(allowed))
FROM (
    SELECT *, string_split(e[2], mark) AS product
    FROM (SELECT *, CASE WHEN NOT contains(e[2], component_separator) AND regexp_matches(e[2], '^[A-Z0-9]{2}[^A-Za-z0-9 ]')
                         THEN e[2][3] ELSE component_separator END AS mark
          FROM (SELECT *, elements(segment) AS e FROM x12_svc_row))
);

-- one row per reason of a CAS under a CLP: (reason, amount, quantity) triplets; a quantity may be blank between them
INSERT INTO x12_835_cas
SELECT set_no, segment_no, nullif(clp_at, 0), nullif(svc_at, 0), triplet, coalesce(e[2], ''), nullif(e[3 * triplet], ''), nullif(e[3 * triplet + 1], ''),
       cents(e[3 * triplet + 1]), quantity(e[3 * triplet + 2])
FROM (SELECT *, unnest(range(1, len(e) // 3 + 1)) AS triplet
      FROM (SELECT set_no, segment_no, clp_at, svc_at, elements(segment) AS e FROM x12_cas_row))
WHERE e[3 * triplet] <> '' OR e[3 * triplet + 1] <> '';

-- the header, remark codes and provider adjustments by their elements
INSERT INTO x12_835_elements
SELECT set_no, segment_no, nullif(clp_at, 0), nullif(svc_at, 0), is_header, component_separator, e[1], e
FROM (SELECT *, elements(segment) AS e FROM x12_elements_row);
