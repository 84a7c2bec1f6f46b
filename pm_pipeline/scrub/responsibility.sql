-- propose moving each charge's balance to the party its claim names, where the ledger still has it with another

-- one row per active charge of a claim that is not with a payer: who should hold its balance
CREATE OR REPLACE TEMP TABLE scrub_holder AS
SELECT charge.charge_id, charge.claim_id, charge.practice_id, charge.provider_id, charge.entered_on, charge.dos_from,
       plan.was_adjudicated, CASE WHEN claim.payer_id IS NULL THEN 'patient' ELSE 'primary' END AS party, claim.payer_id,
       coalesce(coverage.file_id, charge.file_id) AS file_id,
       CASE WHEN coverage.file_id IS NOT NULL THEN coverage.row_no ELSE charge.row_no END AS row_no
FROM scrub_charge AS charge
JOIN scrub_plan AS plan ON plan.claim_id = charge.claim_id
JOIN scrub.claim AS claim ON claim.claim_id = charge.claim_id
LEFT JOIN front_office.current_coverage AS coverage ON coverage.coverage_id = claim.coverage_id
WHERE plan.action = 'build' AND charge.is_active;

-- one row per charge and holder in the ledger
CREATE OR REPLACE TEMP TABLE scrub_held AS
SELECT charge_id, sub_account AS party, payer_id, CAST(sum(cents) AS BIGINT) AS cents,
       bool_and(entry_kind IN ('charge', 'responsibility')) AS is_untouched, list(DISTINCT txn_id) FILTER (entry_kind = 'responsibility') AS transfers
FROM ledger.entry
WHERE account = 'AR' AND charge_id IN (SELECT charge_id FROM scrub_holder)
GROUP BY charge_id, sub_account, payer_id;

INSERT INTO ledger_proposal BY NAME
WITH per_charge AS (
    -- untouched: no payment or remittance has been posted on the charge
    SELECT charge_id, bool_and(is_untouched) AS is_untouched, len(list_distinct(flatten(list(coalesce(transfers, []))))) + 1 AS n
    FROM scrub_held GROUP BY charge_id
), leaving AS (
    SELECT holder.*, per_charge.n, held.party AS from_party, held.payer_id AS from_payer_id, held.cents
    FROM scrub_holder AS holder
    JOIN per_charge ON per_charge.charge_id = holder.charge_id
    JOIN scrub_held AS held ON held.charge_id = holder.charge_id
    WHERE (per_charge.is_untouched OR NOT holder.was_adjudicated)
      AND (held.party <> holder.party OR held.payer_id IS DISTINCT FROM holder.payer_id)
), entry AS (
    SELECT *, from_party AS sub_account, from_payer_id AS entry_payer_id, -cents AS entry_cents FROM leaving
    UNION ALL
    SELECT *, party, payer_id, cents FROM leaving
)
SELECT concat('responsibility:', charge_id, ':', n) AS txn_key, 'responsibility' AS txn_kind, 'rule' AS actor, 'responsibility' AS entry_kind,
       'AR' AS account, sub_account, CAST(sum(entry_cents) AS BIGINT) AS cents, practice_id, entry_payer_id AS payer_id, provider_id, claim_id,
       charge_id, dos_from AS service_on, entered_on AS effective_on, file_id, row_no AS segment_no, 'RESPONSIBILITY' AS rule_id
FROM entry
GROUP BY ALL
HAVING sum(entry_cents) <> 0;
