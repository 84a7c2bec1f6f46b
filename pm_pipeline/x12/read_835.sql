-- 835 (005010X221A1, 004010X091A1): what the parts of a batch of sets are gathered in; sets by number, see x12_set

-- one row per segment with the CLP and SVC it stands under (NULL: none), when everything is kept
CREATE OR REPLACE TEMP TABLE x12_835_segment (set_no INTEGER, segment_no BIGINT, clp_at BIGINT, svc_at BIGINT, segment VARCHAR USING COMPRESSION zstd);

-- the header, remark codes and provider adjustments by their elements
CREATE OR REPLACE TEMP TABLE x12_835_elements (set_no INTEGER, segment_no BIGINT, clp_at BIGINT, svc_at BIGINT, is_header BOOLEAN, component_separator VARCHAR,
    tag VARCHAR, e VARCHAR[]);

-- one row per CLP with what its own loop (2100) says; _unread: what stands there and is no amount; who it is for (NM1*IL, else NM1*QC)
-- and who served (NM1*82) only with the gates
CREATE OR REPLACE TEMP TABLE x12_835_clp (set_no INTEGER, segment_no BIGINT, clp_no BIGINT, clp01 VARCHAR, status VARCHAR,
    charge_cents BIGINT, charge_unread VARCHAR, paid_cents BIGINT, paid_unread VARCHAR, patient_cents BIGINT, filing_indicator VARCHAR,
    payer_claim_number VARCHAR, place_of_service VARCHAR, frequency VARCHAR, drg_code VARCHAR, drg_weight VARCHAR,
    original_payer_claim_number VARCHAR, forwarded_to VARCHAR, interest_cents BIGINT, member_id VARCHAR, rendering_npi VARCHAR);

-- one row per SVC under a CLP with what its own loop (2110) says
CREATE OR REPLACE TEMP TABLE x12_835_svc (set_no INTEGER, segment_no BIGINT, clp_at BIGINT, svc_no BIGINT, procedure_code VARCHAR, modifiers VARCHAR[],
    charge_cents BIGINT, charge_unread VARCHAR, paid_cents BIGINT, paid_unread VARCHAR, units DECIMAL(12, 3), original_procedure VARCHAR,
    dos_from DATE, dos_to DATE, line_id VARCHAR, allowed_cents BIGINT);

-- one row per reason of a CAS under a CLP: (reason, amount, quantity) triplets
CREATE OR REPLACE TEMP TABLE x12_835_cas (set_no INTEGER, segment_no BIGINT, clp_at BIGINT, svc_at BIGINT, triplet BIGINT, group_code VARCHAR, carc VARCHAR,
    cents BIGINT, unread VARCHAR, quantity DECIMAL(12, 3));
