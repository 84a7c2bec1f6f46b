-- 835 (005010X221A1, 004010X091A1): what the parts of a batch of sets are gathered in; sets by number, see x12_set

-- one row per segment with the CLP and SVC it stands under (NULL: none), when everything is kept
CREATE OR REPLACE TEMP TABLE x12_835_segment (set_no INTEGER, segment_no BIGINT, clp_at BIGINT, svc_at BIGINT, segment VARCHAR);

-- the header, remark codes and provider adjustments by their elements
CREATE OR REPLACE TEMP TABLE x12_835_elements (set_no INTEGER, segment_no BIGINT, clp_at BIGINT, svc_at BIGINT, is_header BOOLEAN, component_separator VARCHAR,
    tag VARCHAR, e VARCHAR[]);

CREATE OR REPLACE TEMP TABLE x12_835_clp (set_no INTEGER, segment_no BIGINT, clp_no BIGINT, clp01 VARCHAR, status VARCHAR, clp03 VARCHAR, clp04 VARCHAR,
    charge_cents BIGINT, paid_cents BIGINT, patient_cents BIGINT, filing_indicator VARCHAR, payer_claim_number VARCHAR, place_of_service VARCHAR,
    frequency VARCHAR, drg_code VARCHAR, drg_weight VARCHAR, original_payer_claim_number VARCHAR, forwarded_to VARCHAR, interest_cents BIGINT);

CREATE OR REPLACE TEMP TABLE x12_835_svc (set_no INTEGER, segment_no BIGINT, clp_at BIGINT, svc_no BIGINT, procedure_code VARCHAR, modifiers VARCHAR[],
    svc02 VARCHAR, svc03 VARCHAR, charge_cents BIGINT, paid_cents BIGINT, units DECIMAL(12, 3), original_procedure VARCHAR, dos_from DATE, dos_to DATE,
    line_id VARCHAR, allowed_cents BIGINT);

CREATE OR REPLACE TEMP TABLE x12_835_cas (set_no INTEGER, segment_no BIGINT, clp_at BIGINT, svc_at BIGINT, triplet BIGINT, group_code VARCHAR, carc VARCHAR,
    amount VARCHAR, cents BIGINT, quantity DECIMAL(12, 3));
