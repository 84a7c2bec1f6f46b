"""A person lets a held claim go in spite of a finding: kept for ever, acted on by the next run of the edits.

An override is for one claim, rule and line, whatever the claim says later, until its last day (included). The finding is
recorded all the same and stays open; it only holds nothing. The line is the service first charged: when the practice
corrects the charge, the override stays with it, and when lines move to other places, too. After its last day, or once it was
taken back, a claim that has not been sent is held again; so is one that is the patient's, unless a statement of it was sent or money has
moved on it since.
A rejected claim stays rejected, and is judged without the override when it is corrected.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.errors import PmError
from pm_pipeline.scrub.events import CHANGEABLE
from pm_pipeline.scrub.rulebook import Rulebook
from pm_pipeline.warehouse import load_rows, records, run_sql, unit, utc_now

HERE = __package__ or ""
CONFORMANCE = "conformance"  # the family whose rules say what an 837 must be
NO_LAWFUL_837 = (
    "it says that the claim makes no lawful 837, which the clearinghouse refuses whatever anybody decides. "
    "Correct what it names"
)
NO_RULE = {
    "X12-837P": NO_LAWFUL_837,  # what the validator refused when the claim was to be sent
    "RULE-ERROR": "the edit could not be evaluated, so nobody knows what it would say. Its owner corrects it",
    "FIX-ERROR": "a fix could not be evaluated, so the claim may say what nobody meant. The rule's owner corrects it",
}


def override(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    rules: Rulebook,
    claim_id: str,
    rule_id: str,
    *,
    actor: str,
    reason: str,
    until: dt.date,
    today: dt.date,
    run_id: str,
    line_no: int | None = None,
) -> list[str]:
    """Keep the decision, one row per finding of the rule that holds the claim (or its line); returns their override_ids.

    When none holds it because an override stands, that is extended: of several overrides the one that lasts longest counts, so
    `until` must be later. Nothing is released here: scrub.run does that. Raises PmError when the actor is nobody of people.yaml
    with the role holds, when no such finding holds the claim, when `until` is past, or when the finding is structural: the claim
    would make no lawful 837, or was not judged, and no person's word changes that.
    """
    actor = decider(config, actor, reason)
    if until < today:
        raise PmError(f"--until {until} is past; name the last day on which the override counts, from {today} on.")
    found = _holding(con, claim_id, rule_id, line_no, today) or _overridden(
        con, claim_id, rule_id, line_no, today, until
    )
    if not found:
        raise _holds_not(con, claim_id, rule_id, line_no, today)
    _check_may_be_overridden(rules, rule_id)
    rows = records(
        con,
        "SELECT finding_id, line_no, rule_version, charge_id, "
        "short_id('O', concat_ws('|', $claim_id, $rule_id, coalesce(charge_id, ''), before)) AS override_id FROM ("
        "SELECT finding.finding_id, finding.line_no, finding.rule_version, origin.first_charge_id AS charge_id, "
        "(SELECT count(*) FROM scrub.override AS known WHERE known.claim_id = $claim_id AND known.rule_id = $rule_id "
        "AND known.charge_id IS NOT DISTINCT FROM origin.first_charge_id) AS before "
        "FROM scrub.edit_finding AS finding "
        "LEFT JOIN scrub.claim_line AS line ON line.claim_id = finding.claim_id AND line.line_no = finding.line_no "
        "LEFT JOIN scrub.first_charge([$claim_id]) AS origin ON origin.charge_id = line.charge_id "
        "WHERE list_contains($findings, finding.finding_id)) ORDER BY line_no NULLS FIRST",
        {"claim_id": claim_id, "rule_id": rule_id, "findings": [one["finding_id"] for one in found]},
    )
    with unit(con, "override", run_id) as work:
        load_rows(
            con,
            "scrub.override",
            ["override_id", "claim_id", "rule_id", "charge_id", "line_no", "rule_version", "finding_id", "until_on", "actor",
             "reason", "decided_on", "decided_at", "run_id"],
            [(row["override_id"], claim_id, rule_id, row["charge_id"], row["line_no"], row["rule_version"], row["finding_id"],
              until, actor, reason.strip(), today, utc_now(), run_id) for row in rows],
        )  # fmt: skip
        work.digest = " ".join(row["override_id"] for row in rows)
    return [row["override_id"] for row in rows]


def withdraw(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    decision_id: str,
    *,
    actor: str,
    reason: str,
    today: dt.date,
    run_id: str,
) -> str:
    """Take back an override or a person's fix (its id); returns the claim. Acted on by the next scrub.run.

    A rejected claim stays rejected until it is corrected, and is judged without the decision then. Raises PmError when the actor is
    nobody of people.yaml with the role holds, when there is no such decision, when it was taken back already, or when the claim has
    left with it: it was sent (a corrected charge changes that), or billed to the patient, and a statement was sent or money has moved since.
    """
    actor = decider(config, actor, reason)
    found = records(
        con,
        "SELECT decided.claim_id, state, back.actor AS back_by, withdrawn_on FROM ("
        "SELECT override_id AS decision_id, claim_id FROM scrub.override UNION ALL "
        "SELECT person_fix_id, claim_id FROM scrub.person_fix) AS decided JOIN scrub.claim_state USING (claim_id) "
        "LEFT JOIN scrub.withdrawal AS back USING (decision_id) WHERE decision_id = ?",
        [decision_id],
    )
    if not found:
        raise PmError(
            f"There is no override or person's fix {decision_id!r}. `pm holds show CLAIM` lists those of a claim."
        )
    one = found[0]
    if one["back_by"] is not None:
        raise PmError(f"{decision_id} was taken back on {one['withdrawn_on']} by {one['back_by']} already.")
    if one["state"] not in CHANGEABLE:
        raise PmError(
            f"Claim {one['claim_id']} has left ({one['state']}): what was sent is not changed by taking {decision_id} back. "
            "Let the practice send a corrected charge."
        )
    because = _billed(con, str(one["claim_id"])) if one["state"] == "self_pay" else None
    if because is not None:
        raise PmError(
            f"Claim {one['claim_id']} was billed to the patient, and {because} since: taking {decision_id} back would not hold it again. "
            "Let the practice send a corrected charge."
        )
    with unit(con, "withdrawal", run_id) as work:
        load_rows(
            con,
            "scrub.withdrawal",
            ["decision_id", "claim_id", "actor", "reason", "withdrawn_on", "withdrawn_at", "run_id"],
            [(decision_id, one["claim_id"], actor, reason.strip(), today, utc_now(), run_id)],
        )
        work.digest = decision_id
    return str(one["claim_id"])


def _billed(con: duckdb.DuckDBPyConnection, claim_id: str) -> str | None:
    """Why a claim that is the patient's has left; None: it has not."""
    run_sql(con, HERE, "standing.sql")
    row = con.execute("SELECT because FROM scrub_patient_billed WHERE claim_id = ?", [claim_id]).fetchone()
    return str(row[0]) if row else None


def decider(config: Config, actor: str, reason: str) -> str:
    """The id of the person who decides about held claims. Raises PmError when one is missing or may not."""
    if not actor.strip() or not reason.strip():
        raise PmError("A decision about a held claim needs the person and the reason: an auditor will ask for both.")
    return config.people.acting(actor, "holds").person


def may_override(rules: Rulebook, rule_id: str) -> bool:
    """Whether a person may let a claim go in spite of this rule."""
    return _why_not(rules, rule_id) is None


def _check_may_be_overridden(rules: Rulebook, rule_id: str) -> None:
    why_not = _why_not(rules, rule_id)
    if why_not is not None:
        raise PmError(f"{rule_id} cannot be overridden: {why_not}; the claim is judged again at every run.")


def _why_not(rules: Rulebook, rule_id: str) -> str | None:
    if rule_id in NO_RULE:
        return NO_RULE[rule_id]
    one = rules.rule(rule_id)
    if one is None:
        return "it is in the rulebook no more, and the next `pm run` judges the claim without it"
    return NO_LAWFUL_837 if one.rule.family == CONFORMANCE else None


def _holding(
    con: duckdb.DuckDBPyConnection, claim_id: str, rule_id: str, line_no: int | None, today: dt.date
) -> list[dict[str, Any]]:
    """The findings of a rule that hold a claim, or one line of it."""
    return [
        one
        for one in _all_holding(con, claim_id, today)
        if one["rule_id"] == rule_id and line_no in (None, one["line_no"])
    ]


def _overridden(
    con: duckdb.DuckDBPyConnection, claim_id: str, rule_id: str, line_no: int | None, today: dt.date, until: dt.date
) -> list[dict[str, Any]]:
    """The findings of a rule that an override lets go today, of a claim that has not left. Raises PmError when it lasts as long."""
    found = records(
        con,
        "SELECT finding.*, standing.until_on, standing.override_id FROM scrub.open_finding AS finding "
        "JOIN scrub.override_of_finding AS standing USING (finding_id) JOIN scrub.claim_state AS now USING (claim_id) "
        "WHERE claim_id = $claim_id AND rule_id = $rule_id AND ($line_no IS NULL OR line_no = $line_no) "
        "AND until_on >= $day AND list_contains($states, now.state)",
        {"claim_id": claim_id, "rule_id": rule_id, "line_no": line_no, "day": today, "states": list(CHANGEABLE)},
    )
    for one in found:
        if until <= one["until_on"]:
            raise PmError(
                f"{_named(one)} of claim {claim_id} is overridden until {one['until_on']} already ({one['override_id']}): nothing is to "
                f"be overridden. Name a later day to extend it, or take it back first: pm holds undo {one['override_id']}."
            )
    return found


def _all_holding(con: duckdb.DuckDBPyConnection, claim_id: str, today: dt.date) -> list[dict[str, Any]]:
    return records(
        con, "SELECT * FROM scrub.holding_finding(CAST($day AS DATE)) WHERE claim_id = $claim_id", {"day": today, "claim_id": claim_id}
    )  # fmt: skip


def _holds_not(
    con: duckdb.DuckDBPyConnection, claim_id: str, rule_id: str, line_no: int | None, today: dt.date
) -> PmError:
    """Why there is nothing to override."""
    row = con.execute("SELECT state FROM scrub.claim_state WHERE claim_id = ?", [claim_id]).fetchone()
    if row is None:
        return PmError(f"There is no claim {claim_id!r}. `pm holds list` shows those that are held.")
    holding = _all_holding(con, claim_id, today)
    if not holding:
        return PmError(
            f"No finding holds claim {claim_id} ({row[0]}): nothing is to be overridden. "
            f"`pm holds show {claim_id}` says how it stands."
        )
    by = ", ".join(sorted({_named(one) for one in holding}))
    asked = rule_id if line_no is None else f"{rule_id} on line {line_no}"
    return PmError(f"{asked} does not hold claim {claim_id}; it is held by {by}.")


def _named(finding: dict[str, Any]) -> str:
    return finding["rule_id"] + (f" (line {finding['line_no']})" if finding["line_no"] else "")


def stand(con: duckdb.DuckDBPyConnection, day: dt.date, claims: list[str]) -> list[dict[str, Any]]:
    """How claims stand after a run: claim_id, state, held_by (rules with a finding that holds it on that day)."""
    return records(run_sql(con, HERE, "standing_claims.sql", {"claims": claims, "day": day}))
