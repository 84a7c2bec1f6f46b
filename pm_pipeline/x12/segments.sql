-- one row per segment of the sets in x12_set_text, with its number in the file and its elements as a list
CREATE OR REPLACE TEMP TABLE x12_segment AS
SELECT set_id, file_id, first_segment_no + place - 1 AS segment_no, e[1] AS tag, e, component_separator
FROM (
    SELECT set_id, file_id, first_segment_no, component_separator, place, string_split(piece, element_separator) AS e
    FROM (
        SELECT set_id, file_id, first_segment_no, element_separator, component_separator,
               trim(unnest(pieces), ' ' || chr(9) || chr(10) || chr(13) || chr(26) || chr(0)) AS piece,
               unnest(range(1, len(pieces) + 1)) AS place
        FROM (SELECT *, string_split(body, terminator) AS pieces FROM x12_set_text)
    )
    WHERE piece <> ''
);
