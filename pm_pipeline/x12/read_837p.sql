-- 837P (005010X222, A1, A2; 4010 as far as it is the same): typed temporary tables x12_837p_set, _level, _party, _contact, _claim, _code,
-- _other_payer, _line, _adjudication, _adjustment, _date, _reference, _amount, _drug and _detail (every segment that has no table of its own).
-- Each row has its segment_no, the claim (claim_at = segment_no of CLM) and line (line_at = of LX) it stands in, and owner_at: the segment_no of
-- the first segment of the loop it belongs to (HL, NM1, CLM, SBR, LX, LIN, SVD, LQ; 0: the set's header). NULL: it is in none.

-- composites are split at the interchange's component separator, or at the one the value itself shows
CREATE OR REPLACE TEMP MACRO x12_837p_parts(composite, mark) AS string_split(composite, CASE WHEN contains(composite, mark) THEN mark
    ELSE coalesce(nullif(regexp_extract(composite, '^[A-Z0-9]{1,3}([^A-Za-z0-9 .-])', 1), ''), mark) END);
CREATE OR REPLACE TEMP MACRO x12_part(parts, place) AS nullif(trim(parts[place]), '');
-- element `place` of a segment given as a list with its tag first: x12_element(n3, 1) is N301
CREATE OR REPLACE TEMP MACRO x12_element(segment, place) AS nullif(trim(segment[place + 1]), '');

-- one row per segment: its loop, what it hangs on (owner_at), and what that loop hangs on (under_at)
CREATE OR REPLACE TEMP TABLE x12_837p_place AS
WITH seen AS (
    SELECT set_id, file_id, segment_no, tag, e,
           coalesce(max(segment_no) FILTER (tag = 'HL') OVER sofar, 0) AS hl,
           coalesce(max(segment_no) FILTER (tag = 'HL' AND trim(e[4]) = '20') OVER sofar, 0) AS hl20,
           coalesce(max(segment_no) FILTER (tag = 'HL' AND trim(e[4]) = '22') OVER sofar, 0) AS hl22,
           coalesce(max(segment_no) FILTER (tag = 'HL' AND trim(e[4]) = '23') OVER sofar, 0) AS hl23,
           coalesce(max(segment_no) FILTER (tag = 'CLM') OVER sofar, 0) AS clm,
           coalesce(max(segment_no) FILTER (tag = 'SBR') OVER sofar, 0) AS sbr,
           coalesce(max(segment_no) FILTER (tag = 'LX') OVER sofar, 0) AS lx,
           coalesce(max(segment_no) FILTER (tag = 'LIN') OVER sofar, 0) AS lin,
           coalesce(max(segment_no) FILTER (tag = 'NM1') OVER sofar, 0) AS nm1,
           coalesce(max(segment_no) FILTER (tag = 'SVD') OVER sofar, 0) AS svd,
           coalesce(max(segment_no) FILTER (tag = 'LQ') OVER sofar, 0) AS lq,
           coalesce(max(segment_no) FILTER (tag IN ('ST', 'SE')) OVER sofar, 0) AS edge
    FROM x12_segment
    WINDOW sofar AS (PARTITION BY set_id ORDER BY segment_no)
), nested AS (
    SELECT *, CASE WHEN clm > greatest(hl, edge) THEN clm END AS claim_at,
           CASE WHEN lx > greatest(hl, edge, clm) THEN lx END AS line_at,
           CASE WHEN clm > greatest(hl, edge) AND sbr > greatest(clm, lx) THEN sbr END AS other_at,
           CASE WHEN nm1 > greatest(hl, edge, clm, sbr, lx, lin, svd, lq) THEN nm1 END AS party_at,
           CASE WHEN lin > greatest(hl, edge, clm, nm1, svd, lq) AND lx > greatest(hl, edge, clm) AND lin > lx THEN lin END AS drug_at,
           CASE WHEN svd > greatest(hl, edge, clm, lq) AND lx > greatest(hl, edge, clm) AND svd > lx THEN svd END AS svd_at,
           CASE WHEN lq > greatest(hl, edge, clm) AND lx > greatest(hl, edge, clm) AND lq > lx THEN lq END AS form_at
    FROM seen
), named AS (
    SELECT nested.*, trim(party.e[2]) AS entity
    FROM nested LEFT JOIN (SELECT set_id, segment_no, e FROM x12_segment WHERE tag = 'NM1') AS party
         ON party.set_id = nested.set_id AND party.segment_no = nested.party_at
)
SELECT set_id, file_id, segment_no, tag, claim_at, line_at, other_at, nullif(hl20, 0) AS billing_at, CASE WHEN hl22 > hl20 THEN hl22 END AS subscriber_at,
       CASE WHEN hl23 > hl22 THEN hl23 END AS patient_at,
       CASE WHEN tag IN ('ST', 'SE') THEN NULL ELSE coalesce(form_at, party_at, svd_at, drug_at, line_at, other_at, claim_at, hl) END AS owner_at,
       CASE WHEN party_at IS NULL AND form_at IS NULL AND svd_at IS NULL AND drug_at IS NULL THEN NULL
            ELSE coalesce(line_at, other_at, claim_at, hl) END AS under_at,
       CASE WHEN line_at IS NOT NULL THEN
                CASE WHEN form_at IS NOT NULL THEN '2440'
                     WHEN party_at IS NOT NULL THEN CASE entity WHEN '82' THEN '2420A' WHEN 'QB' THEN '2420B' WHEN '77' THEN '2420C' WHEN 'DQ' THEN '2420D'
                         WHEN 'DK' THEN '2420E' WHEN 'DN' THEN '2420F' WHEN 'P3' THEN '2420F' WHEN 'PW' THEN '2420G' WHEN '45' THEN '2420H' END
                     WHEN svd_at IS NOT NULL THEN '2430' WHEN drug_at IS NOT NULL THEN '2410' ELSE '2400' END
            WHEN other_at IS NOT NULL THEN
                CASE WHEN party_at IS NOT NULL THEN CASE entity WHEN 'IL' THEN '2330A' WHEN 'PR' THEN '2330B' WHEN 'DN' THEN '2330C' WHEN 'P3' THEN '2330C'
                         WHEN '82' THEN '2330D' WHEN '77' THEN '2330E' WHEN 'DQ' THEN '2330F' WHEN '85' THEN '2330G' END
                     ELSE '2320' END
            WHEN claim_at IS NOT NULL THEN
                CASE WHEN party_at IS NOT NULL THEN CASE entity WHEN 'DN' THEN '2310A' WHEN 'P3' THEN '2310A' WHEN '82' THEN '2310B' WHEN '77' THEN '2310C'
                         WHEN 'DQ' THEN '2310D' WHEN 'PW' THEN '2310E' WHEN '45' THEN '2310F' END
                     ELSE '2300' END
            WHEN tag IN ('ST', 'SE') THEN NULL
            WHEN hl = 0 THEN CASE WHEN party_at IS NULL THEN 'header' ELSE CASE entity WHEN '41' THEN '1000A' WHEN '40' THEN '1000B' END END
            WHEN hl = hl20 THEN CASE WHEN party_at IS NULL THEN '2000A' ELSE CASE entity WHEN '85' THEN '2010AA' WHEN '87' THEN '2010AB' WHEN 'PE' THEN '2010AC' END END
            WHEN hl = hl22 THEN CASE WHEN party_at IS NULL THEN '2000B' ELSE CASE entity WHEN 'IL' THEN '2010BA' WHEN 'PR' THEN '2010BB' END END
            WHEN hl = hl23 THEN CASE WHEN party_at IS NULL THEN '2000C' ELSE CASE entity WHEN 'QC' THEN '2010CA' END END
       END AS loop
FROM named;

-- one row per set
CREATE OR REPLACE TEMP TABLE x12_837p_set AS
SELECT st.set_id, st.file_id, st.segment_no, st02, st03, bht02 AS purpose, bht03 AS reference, day(bht04) AS made_on, bht06 AS claim_or_encounter,
       facts.segments, facts.claims, facts.lines
FROM (SELECT * FROM seg_st QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY segment_no) = 1) AS st
LEFT JOIN (SELECT * FROM seg_bht QUALIFY row_number() OVER (PARTITION BY set_id ORDER BY segment_no) = 1) AS bht USING (set_id)
JOIN (SELECT set_id, count(*) AS segments, count(*) FILTER (tag = 'CLM') AS claims, count(*) FILTER (tag = 'LX') AS lines
      FROM x12_837p_place GROUP BY set_id) AS facts USING (set_id);

-- one row per loop: the first segment of each kind that may come once in it
CREATE OR REPLACE TEMP TABLE x12_837p_once AS
SELECT set_id, owner_at, min_by(e, segment_no) FILTER (tag = 'PRV') AS prv, min_by(e, segment_no) FILTER (tag = 'SBR') AS sbr,
       min_by(e, segment_no) FILTER (tag = 'PAT') AS pat, min_by(e, segment_no) FILTER (tag = 'N3') AS n3, min_by(e, segment_no) FILTER (tag = 'N4') AS n4,
       min_by(e, segment_no) FILTER (tag = 'DMG') AS dmg, min_by(e, segment_no) FILTER (tag = 'OI') AS oi, min_by(e, segment_no) FILTER (tag = 'MOA') AS moa,
       min_by(e, segment_no) FILTER (tag = 'SV1') AS sv1, min_by(e, segment_no) FILTER (tag = 'CTP') AS ctp,
       min_by(e, segment_no) FILTER (tag = 'AMT' AND trim(e[2]) = 'D') AS amt_d, min_by(e, segment_no) FILTER (tag = 'AMT' AND trim(e[2]) = 'A8') AS amt_a8,
       min_by(e, segment_no) FILTER (tag = 'AMT' AND trim(e[2]) = 'EAF') AS amt_eaf, min_by(e, segment_no) FILTER (tag = 'AMT' AND trim(e[2]) = 'F5') AS amt_f5,
       min_by(e, segment_no) FILTER (tag = 'DTP' AND trim(e[2]) = '472') AS dtp_472, min_by(e, segment_no) FILTER (tag = 'DTP' AND trim(e[2]) = '573') AS dtp_573,
       min_by(e, segment_no) FILTER (tag = 'REF' AND trim(e[2]) = '6R') AS ref_6r, min_by(e, segment_no) FILTER (tag = 'REF' AND trim(e[2]) = 'F8') AS ref_f8,
       coalesce(sum(cents(x12_element(e, 2))) FILTER (tag = 'SV1'), 0) AS sv1_cents, count(*) FILTER (tag = 'SV1') AS sv1_count
FROM x12_segment JOIN (SELECT set_id, segment_no, owner_at FROM x12_837p_place WHERE owner_at IS NOT NULL) USING (set_id, segment_no)
GROUP BY set_id, owner_at;

-- one row per HL, with the PRV (2000A), SBR (2000B) and PAT (2000B, 2000C) of its loop
CREATE OR REPLACE TEMP TABLE x12_837p_level AS
SELECT hl.set_id, hl.file_id, hl.segment_no, hl01, hl02, hl03 AS level, x12_element(prv, 3) AS taxonomy, x12_element(sbr, 1) AS payer_turn,
       x12_element(sbr, 2) AS relationship, x12_element(sbr, 3) AS group_number, x12_element(sbr, 4) AS group_name, x12_element(sbr, 5) AS insurance_type,
       x12_element(sbr, 9) AS filing_indicator, x12_element(pat, 1) AS patient_relationship, day(x12_element(pat, 6)) AS death_on,
       x12_element(pat, 8) AS weight, x12_element(pat, 9) AS pregnant
FROM seg_hl AS hl LEFT JOIN x12_837p_once AS own ON own.set_id = hl.set_id AND own.owner_at = hl.segment_no;

-- one row per NM1, with the N3, N4, PRV and DMG of its loop
CREATE OR REPLACE TEMP TABLE x12_837p_party AS
SELECT nm1.set_id, nm1.file_id, nm1.segment_no, place.loop, place.claim_at, place.line_at, place.under_at, nm101 AS entity, nm102 AS kind, nm103 AS name,
       nm104 AS first_name, nm105 AS middle_name, nm107 AS suffix, nm108 AS id_qualifier, nm109 AS id, x12_element(n3, 1) AS line1,
       x12_element(n3, 2) AS line2, x12_element(n4, 1) AS city, x12_element(n4, 2) AS state, x12_element(n4, 3) AS zip, x12_element(n4, 4) AS country,
       x12_element(n4, 7) AS subdivision, x12_element(prv, 3) AS taxonomy, day(x12_element(dmg, 2)) AS birth_on, x12_element(dmg, 3) AS sex
FROM seg_nm1 AS nm1 JOIN x12_837p_place AS place USING (set_id, segment_no)
LEFT JOIN x12_837p_once AS own ON own.set_id = nm1.set_id AND own.owner_at = nm1.segment_no;

-- one row per PER
CREATE OR REPLACE TEMP TABLE x12_837p_contact AS
SELECT set_id, file_id, segment_no, loop, claim_at, line_at, owner_at, per02 AS name,
       CASE 'TE' WHEN per03 THEN per04 WHEN per05 THEN per06 WHEN per07 THEN per08 END AS phone,
       CASE 'EX' WHEN per03 THEN per04 WHEN per05 THEN per06 WHEN per07 THEN per08 END AS extension,
       CASE 'FX' WHEN per03 THEN per04 WHEN per05 THEN per06 WHEN per07 THEN per08 END AS fax,
       CASE 'EM' WHEN per03 THEN per04 WHEN per05 THEN per06 WHEN per07 THEN per08 END AS email
FROM seg_per JOIN x12_837p_place USING (set_id, file_id, segment_no);

-- one row per CLM
CREATE OR REPLACE TEMP TABLE x12_837p_claim AS
SELECT set_id, file_id, segment_no, place.billing_at, place.subscriber_at, place.patient_at, clm01 AS claim_id, clm02 AS charge, cents(clm02) AS charge_cents,
       x12_part(service, 1) AS place_of_service, x12_part(service, 2) AS place_qualifier, x12_part(service, 3) AS frequency, clm06 AS provider_signature,
       clm07 AS accepts, clm08 AS benefits, clm09 AS release, clm10 AS signature_source, x12_part(cause, 1) AS related_cause,
       x12_part(cause, 2) AS related_cause_2, x12_part(cause, 4) AS accident_state, x12_part(cause, 5) AS accident_country, clm12 AS special_program,
       clm20 AS delay_reason, cents(x12_element(own.amt_f5, 2)) AS patient_paid_cents, x12_element(own.ref_f8, 2) AS payer_claim_number,
       coalesce(lines.lines, 0) AS lines, lines.line_cents
FROM (SELECT *, x12_837p_parts(clm05, component_separator) AS service, x12_837p_parts(clm11, component_separator) AS cause FROM seg_clm) AS clm
JOIN x12_837p_place AS place USING (set_id, file_id, segment_no)
LEFT JOIN x12_837p_once AS own ON own.set_id = clm.set_id AND own.owner_at = clm.segment_no
LEFT JOIN (SELECT place.set_id, place.claim_at, count(*) FILTER (place.tag = 'LX') AS lines, sum(sv1_cents) FILTER (place.tag = 'LX') AS line_cents
           FROM x12_837p_place AS place
           LEFT JOIN x12_837p_once AS own ON own.set_id = place.set_id AND own.owner_at = place.segment_no
           WHERE place.tag = 'LX' AND place.claim_at IS NOT NULL GROUP BY ALL) AS lines ON lines.set_id = clm.set_id AND lines.claim_at = clm.segment_no;

-- one row per code of an HI: diagnoses (ABK, ABF; 4010: BK, BF), anesthesia related procedures (BP, BO), conditions (BG)
CREATE OR REPLACE TEMP TABLE x12_837p_code AS
SELECT set_id, file_id, segment_no, place, claim_at, x12_part(parts, 1) AS qualifier, x12_part(parts, 2) AS code FROM (
    SELECT hi.set_id, hi.file_id, hi.segment_no, hi.place, spot.claim_at, x12_837p_parts(e[place + 1], component_separator) AS parts
    FROM (SELECT *, unnest(range(1, len(e))) AS place FROM x12_segment WHERE tag = 'HI') AS hi JOIN x12_837p_place AS spot USING (set_id, segment_no)
    WHERE nullif(trim(e[place + 1]), '') IS NOT NULL
);

-- one row per SBR of a claim: another payer; its name and number are those of its 2330B
CREATE OR REPLACE TEMP TABLE x12_837p_other_payer AS
SELECT sbr.set_id, sbr.file_id, sbr.segment_no, place.claim_at, sbr01 AS payer_turn, sbr02 AS relationship, sbr03 AS group_number, sbr04 AS group_name,
       sbr05 AS insurance_type, sbr09 AS filing_indicator, cents(x12_element(amt_d, 2)) AS paid_cents, cents(x12_element(amt_a8, 2)) AS non_covered_cents,
       cents(x12_element(amt_eaf, 2)) AS patient_liability_cents, x12_element(oi, 3) AS benefits, x12_element(oi, 4) AS signature_source,
       x12_element(oi, 6) AS release, moa IS NOT NULL AS has_outpatient, x12_element(moa, 1) AS reimbursement_rate,
       cents(x12_element(moa, 2)) AS hcpcs_payable_cents, list_filter([x12_element(moa, 3), x12_element(moa, 4), x12_element(moa, 5), x12_element(moa, 6),
       x12_element(moa, 7)], lambda code: code IS NOT NULL) AS remarks, cents(x12_element(moa, 8)) AS esrd_cents,
       cents(x12_element(moa, 9)) AS non_payable_professional_cents, payer.id AS payer_id, payer.name AS payer_name
FROM seg_sbr AS sbr JOIN x12_837p_place AS place USING (set_id, segment_no)
LEFT JOIN x12_837p_once AS own ON own.set_id = sbr.set_id AND own.owner_at = sbr.segment_no
LEFT JOIN (SELECT set_id, under_at, min_by(id, segment_no) AS id, min_by(name, segment_no) AS name FROM x12_837p_party WHERE loop = '2330B' GROUP BY ALL) AS payer
     ON payer.set_id = sbr.set_id AND payer.under_at = sbr.segment_no
WHERE place.loop = '2320';

-- one row per LX, with its first SV1; charge_cents is the sum of its SV1 (there should be one: services)
CREATE OR REPLACE TEMP TABLE x12_837p_line AS
SELECT lx.set_id, lx.file_id, lx.segment_no, lx.claim_at, row_number() OVER (PARTITION BY lx.set_id, lx.claim_at ORDER BY lx.segment_no) AS line_no, lx01,
       sv1_count AS services, x12_part(product, 1) AS qualifier, x12_part(product, 2) AS procedure_code,
       list_filter(list_transform(product[3:6], lambda code: trim(code)), lambda code: code <> '') AS modifiers, x12_part(product, 7) AS description,
       x12_element(sv1, 2) AS charge, sv1_cents AS charge_cents, x12_element(sv1, 3) AS unit, x12_element(sv1, 4) AS units,
       x12_element(sv1, 5) AS place_of_service, list_filter(list_transform(pointers, lambda one: try_cast(trim(one) AS INTEGER)),
       lambda one: one IS NOT NULL) AS pointers, x12_element(sv1, 9) AS emergency, x12_element(sv1, 11) AS epsdt, x12_element(sv1, 12) AS family_planning,
       x12_element(sv1, 15) AS copay_exempt, x12_element(dtp_472, 3) AS service_dates, day(string_split(x12_element(dtp_472, 3), '-')[1]) AS dos_from,
       day(string_split(x12_element(dtp_472, 3), '-')[-1]) AS dos_to, x12_element(ref_6r, 2) AS line_id
FROM (SELECT place.*, own.* EXCLUDE (set_id, owner_at), lx.lx01, x12_837p_parts(own.sv1[2], lx.component_separator) AS product,
             x12_837p_parts(x12_element(own.sv1, 7), lx.component_separator) AS pointers
      FROM seg_lx AS lx JOIN x12_837p_place AS place USING (set_id, segment_no)
      LEFT JOIN x12_837p_once AS own ON own.set_id = lx.set_id AND own.owner_at = lx.segment_no) AS lx;

-- one row per SVD: what another payer did with a line
CREATE OR REPLACE TEMP TABLE x12_837p_adjudication AS
SELECT svd.set_id, svd.file_id, svd.segment_no, place.claim_at, place.line_at, svd01 AS payer_id, svd02 AS paid, cents(svd02) AS paid_cents,
       x12_part(product, 1) AS qualifier, x12_part(product, 2) AS procedure_code,
       list_filter(list_transform(product[3:6], lambda code: trim(code)), lambda code: code <> '') AS modifiers, x12_part(product, 7) AS description,
       svd05 AS paid_units, try_cast(svd06 AS INTEGER) AS bundled_line, day(x12_element(dtp_573, 3)) AS adjudicated_on,
       cents(x12_element(amt_eaf, 2)) AS patient_liability_cents
FROM (SELECT *, x12_837p_parts(svd03, component_separator) AS product FROM seg_svd) AS svd JOIN x12_837p_place AS place USING (set_id, segment_no)
LEFT JOIN x12_837p_once AS own ON own.set_id = svd.set_id AND own.owner_at = svd.segment_no;

-- one row per reason of a CAS: owner_at is the SBR (claim level) or the SVD (line level)
CREATE OR REPLACE TEMP TABLE x12_837p_adjustment AS
SELECT set_id, file_id, segment_no, claim_at, line_at, owner_at, loop, triplet, x12_element(e, 1) AS group_code, x12_element(e, 3 * triplet - 1) AS carc,
       x12_element(e, 3 * triplet) AS amount, cents(x12_element(e, 3 * triplet)) AS cents, x12_element(e, 3 * triplet + 1) AS quantity
FROM (SELECT place.*, segment.e, unnest(range(1, 7)) AS triplet FROM x12_segment AS segment JOIN x12_837p_place AS place USING (set_id, segment_no)
      WHERE segment.tag = 'CAS')
WHERE x12_element(e, 3 * triplet - 1) IS NOT NULL OR x12_element(e, 3 * triplet) IS NOT NULL;

-- one row per DTP
CREATE OR REPLACE TEMP TABLE x12_837p_date AS
SELECT set_id, file_id, segment_no, loop, claim_at, line_at, owner_at, dtp01 AS qualifier, dtp02 AS format, dtp03 AS text,
       day(string_split(dtp03, '-')[1]) AS from_on, day(string_split(dtp03, '-')[-1]) AS to_on
FROM seg_dtp JOIN x12_837p_place USING (set_id, file_id, segment_no);

-- one row per REF; payer_id is REF04-2
CREATE OR REPLACE TEMP TABLE x12_837p_reference AS
SELECT set_id, file_id, segment_no, loop, claim_at, line_at, owner_at, ref01 AS qualifier, ref02 AS value,
       x12_part(x12_837p_parts(ref04, component_separator), 2) AS payer_id
FROM seg_ref JOIN x12_837p_place USING (set_id, file_id, segment_no);

-- one row per AMT
CREATE OR REPLACE TEMP TABLE x12_837p_amount AS
SELECT set_id, file_id, segment_no, loop, claim_at, line_at, owner_at, amt01 AS qualifier, amt02 AS amount, cents(amt02) AS cents
FROM seg_amt JOIN x12_837p_place USING (set_id, file_id, segment_no);

-- one row per LIN, with the CTP of its loop
CREATE OR REPLACE TEMP TABLE x12_837p_drug AS
SELECT lin.set_id, lin.file_id, lin.segment_no, place.claim_at, place.line_at, lin02 AS qualifier, lin03 AS ndc, x12_element(ctp, 4) AS quantity,
       x12_part(x12_837p_parts(x12_element(ctp, 5), lin.component_separator), 1) AS unit
FROM seg_lin AS lin JOIN x12_837p_place AS place USING (set_id, segment_no)
LEFT JOIN x12_837p_once AS own ON own.set_id = lin.set_id AND own.owner_at = lin.segment_no;

-- one row per segment that has no table or column above, with its elements as a list, the tag first
CREATE OR REPLACE TEMP TABLE x12_837p_detail AS
SELECT place.set_id, place.file_id, place.segment_no, place.loop, place.claim_at, place.line_at, place.owner_at, place.tag, segment.e AS elements
FROM x12_segment AS segment JOIN x12_837p_place AS place USING (set_id, segment_no)
WHERE place.tag NOT IN ('ST', 'SE', 'BHT', 'HL', 'PRV', 'SBR', 'PAT', 'NM1', 'N3', 'N4', 'DMG', 'PER', 'CLM', 'HI', 'OI', 'MOA', 'LX', 'SV1', 'SVD',
                        'CAS', 'DTP', 'REF', 'AMT', 'LIN', 'CTP');
