-- one row per claim of a made-up practice: every figure follows from its number; two charges a claim, half a year of days
CREATE OR REPLACE TEMP TABLE made_claim AS
SELECT n, 'C' || n AS claim_id, 'P' || (1 + n % 6) AS provider_id, ['BLUE', 'GOLD', 'STAR', 'LAKE', 'IRON', 'MEDI'][1 + n % 6] AS payer_id,
       DATE '2026-01-01' + CAST(n % 180 AS INTEGER) AS dos, n % 10 = 3 AS is_denied, n % 20 = 7 AS is_waiting, n % 4 = 1 AS has_share
FROM range($claims) AS numbers(n);

CREATE OR REPLACE TEMP TABLE made_line AS
SELECT *, claim_id || '-' || line_no AS charge_id, 5000 + 100 * (n % 50) + 1000 * line_no AS cents, dos + 1 AS charged_on, dos + 20 AS answered_on
FROM made_claim CROSS JOIN (VALUES (1), (2)) AS lines(line_no);

-- one row per entry to post: charges, then payments, contractual write-offs and the patient's share
CREATE OR REPLACE TEMP TABLE made_entry AS
SELECT 'charge:' || charge_id AS txn_key, 'charge' AS entry_kind, unnest(['AR', 'REVENUE_GROSS']) AS account, unnest(['primary', 'none']) AS sub_account,
       unnest([cents, -cents]) AS cents, payer_id, provider_id, claim_id, charge_id, dos AS service_on, charged_on AS posted_on
FROM made_line
UNION ALL
SELECT 'remit:' || charge_id, 'payment', unnest(['CASH_CLEARING', 'AR']), unnest(['eft', 'primary']), unnest([cents // 2, -(cents // 2)]), payer_id,
       provider_id, claim_id, charge_id, dos, answered_on
FROM made_line WHERE NOT is_denied AND NOT is_waiting
UNION ALL
SELECT 'remit:' || charge_id, 'contractual', unnest(['CONTRACTUAL', 'AR']), unnest(['contract', 'primary']), unnest([cents // 5, -(cents // 5)]), payer_id,
       provider_id, claim_id, charge_id, dos, answered_on
FROM made_line WHERE NOT is_denied AND NOT is_waiting
UNION ALL
SELECT 'remit:' || charge_id, 'transfer', 'AR', unnest(['patient', 'primary']), unnest([cents // 10, -(cents // 10)]), unnest([NULL, payer_id]),
       provider_id, claim_id, charge_id, dos, answered_on
FROM made_line WHERE has_share AND NOT is_denied AND NOT is_waiting;
