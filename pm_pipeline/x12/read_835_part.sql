-- 835, one part: x12_clp_row, x12_svc_row, x12_cas_row and x12_elements_row (rows_835.py) join the parts before it; a column they lack is NULL
INSERT INTO x12_835_clp BY NAME SELECT * FROM x12_clp_row;
INSERT INTO x12_835_svc BY NAME SELECT * FROM x12_svc_row;
INSERT INTO x12_835_cas BY NAME SELECT * FROM x12_cas_row;

-- the header, remark codes and provider adjustments by their elements
INSERT INTO x12_835_elements BY NAME
SELECT * EXCLUDE (segment, e), e[1] AS tag, e FROM (SELECT *, elements(segment) AS e FROM x12_elements_row);
