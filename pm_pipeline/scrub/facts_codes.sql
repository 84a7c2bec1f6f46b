-- what the loaded public tables say of the procedures of the lines in scrub_line, on their dates of service

-- one row per procedure and day of the judged lines
CREATE OR REPLACE TEMP TABLE scrub_procedure AS
WITH asked AS (
    SELECT DISTINCT procedure_code AS code, dos_from FROM scrub_line
), dated AS (
    SELECT asked.*, mue.edition AS mue_edition, hcpcs.edition AS hcpcs_edition, clia.edition AS clia_edition, fee.edition AS fee_edition
    FROM asked
    LEFT JOIN codes.edition_in_force AS mue ON mue.kind = 'mue' AND asked.dos_from BETWEEN mue.edition AND mue.last_day
    LEFT JOIN codes.edition_in_force AS hcpcs ON hcpcs.kind = 'hcpcs' AND asked.dos_from BETWEEN hcpcs.edition AND hcpcs.last_day
    LEFT JOIN codes.edition_in_force AS clia ON clia.kind = 'clia' AND asked.dos_from BETWEEN clia.edition AND clia.last_day
    LEFT JOIN codes.edition_in_force AS fee ON fee.kind = 'fee_indicators' AND asked.dos_from BETWEEN fee.edition AND fee.last_day
)
SELECT dated.code, dated.dos_from,
       CASE WHEN dated.hcpcs_edition IS NOT NULL AND regexp_full_match(dated.code, '[A-V][0-9]{4}')
            THEN coalesce(hcpcs.added_on <= dated.dos_from AND coalesce(hcpcs.ended_on >= dated.dos_from, true), false) END AS hcpcs_is_valid_on_dos,
       mue.units AS mue_units, mue.adjudication AS mue_adjudication, clia.level AS clia_level, clia.needs_qw AS clia_needs_qw, fee.status AS fee_status,
       fee.global_days, fee.pctc_indicator, fee.bilateral_indicator, fee.assistant_indicator, fee.cosurgeon_indicator, fee.team_indicator
FROM dated
LEFT JOIN codes.hcpcs AS hcpcs ON hcpcs.code = dated.code AND hcpcs.edition = dated.hcpcs_edition
LEFT JOIN codes.mue AS mue ON mue.code = dated.code AND mue.edition = dated.mue_edition
LEFT JOIN codes.clia AS clia ON clia.code = dated.code AND clia.edition = dated.clia_edition
LEFT JOIN codes.fee_indicator AS fee ON fee.code = dated.code AND fee.edition = dated.fee_edition;

-- one row per line that NCCI bundles into another one of the day; the newest edition holds what was in force on any earlier day
CREATE OR REPLACE TEMP TABLE scrub_bundled AS
SELECT line.charge_id, list(struct_pack(charge_id := other.charge_id, column1_code := pair.column1, modifier_indicator := pair.modifier_indicator,
           column1_modifiers := other.modifiers) ORDER BY pair.column1, other.charge_id) AS bundles
FROM scrub_line AS line
JOIN codes.ncci_ptp AS pair ON pair.column2 = line.procedure_code AND line.dos_from >= pair.effective_from
 AND line.dos_from <= coalesce(pair.effective_to, line.dos_from)
JOIN scrub_day AS other ON other.patient_id = line.patient_id AND other.provider_id = line.provider_id AND other.dos_from = line.dos_from
 AND other.known_on = line.known_on AND other.procedure_code = pair.column1 AND other.charge_id <> line.charge_id
GROUP BY line.charge_id;

-- one row per line that a coverage article in force names; each version speaks for itself, and articles are Medicare's. One that lists no
-- diagnosis it covers neither supports a line nor fails to
CREATE OR REPLACE TEMP TABLE scrub_policed AS
WITH named AS (
    SELECT line.charge_id, line.pointed_diagnoses, policy.policy_id, policy.version
    FROM scrub_line AS line
    JOIN scrub_payer AS payer ON payer.payer_id = line.payer_id AND payer.payer_kind = 'medicare'
    JOIN codes.coverage_procedure AS listed ON listed.code = line.procedure_code
    JOIN codes.coverage_policy AS policy ON policy.policy_id = listed.policy_id AND policy.version = listed.version
     AND line.dos_from BETWEEN policy.effective_from AND coalesce(policy.effective_to, line.dos_from)
), judged AS (
    SELECT named.charge_id, named.policy_id, named.version AS policy_version,
           CASE WHEN bool_or(said.is_covered)
                THEN coalesce(bool_or(said.is_covered) FILTER (list_contains(named.pointed_diagnoses, said.diagnosis)), false) END AS supports,
           coalesce(bool_or(NOT said.is_covered) FILTER (list_contains(named.pointed_diagnoses, said.diagnosis)), false) AS excludes
    FROM named
    LEFT JOIN codes.coverage_diagnosis AS said ON said.policy_id = named.policy_id AND said.version = named.version
    GROUP BY named.charge_id, named.policy_id, named.version
)
SELECT charge_id, list(struct_pack(policy_id, policy_version, supports, excludes) ORDER BY policy_id, policy_version) AS coverage_policies
FROM judged
GROUP BY charge_id;
