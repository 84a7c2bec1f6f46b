"""The edit engine: every rule over every claim that waits, in one pass per relation, inside the locked room."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.errors import PmError
from pm_pipeline.scrub.events import new_events
from pm_pipeline.scrub.facts import RelationName
from pm_pipeline.scrub.findings import RULE_FAILED, record_editions, record_findings
from pm_pipeline.scrub.reference import load_reference
from pm_pipeline.scrub.room import RuleRoom, TooSlow
from pm_pipeline.scrub.rule import CompiledRule
from pm_pipeline.scrub.rulebook import Rulebook
from pm_pipeline.warehouse import number, run_sql, unit

HERE = __package__ or ""
KEYS: dict[RelationName, tuple[str, ...]] = {"claim_fact": ("claim_id",), "line_fact": ("claim_id", "line_no")}


@dataclass(frozen=True)
class Limits:
    """What rules may take: seconds all together, and one alone, per_row for each row they judge; memory of the room."""

    together: float = 60.0
    alone: float = 10.0
    per_row: float = 0.001
    memory: str = "2GB"


@dataclass(frozen=True)
class Judged:
    """What one call of scrub found: claims judged, and where they stand now; new findings, and rule errors, by rule."""

    judged: int
    held: int
    released: int
    self_pay: int
    findings: dict[str, int]
    cleared: int
    rule_errors: dict[str, int]


def scrub(con: duckdb.DuckDBPyConnection, config: Config, rules: Rulebook, today: dt.date, run_id: str) -> Judged:
    """Judge every claim that is held or released and not sent yet; record findings and the state each leads to.

    A claim with a standing hold finding is held, unless a person overrides that finding on this day (override.py); one
    without goes out (released) or, for self-pay, to the patient. A rule that cannot be evaluated, or takes too long, holds
    the claims it could not judge (finding RULE-ERROR) and no others; one in shadow records that and holds nothing. Judging
    takes place outside any transaction, recording is one unit of work. Running it again on the same input writes nothing.
    """
    prepare_facts(con, config, today, rules)
    judge(con, rules)
    when = {"today": today, "run_id": run_id}
    cleared_before = _cleared(con)
    with unit(con, "scrub.edits", run_id):
        record_editions(con, rules, today, run_id)
        record_findings(con, today, run_id, of_fixes=False)
        run_sql(con, HERE, "verdict.sql", when)
        with new_events(con, run_id):
            run_sql(con, HERE, "verdict_events.sql", when)
        with new_events(con, run_id):
            run_sql(con, HERE, "verdict_reopen.sql", when)
    return _judged(con, _cleared(con) - cleared_before)


def prepare_facts(con: duckdb.DuckDBPyConnection, config: Config, today: dt.date, rules: Rulebook) -> None:
    """Fill claim_fact and line_fact (facts.yaml) for the claims to judge. Raises PmError when code tables are empty."""
    load_reference(con, config)
    if con.execute("SELECT count(*) FROM codes.place_of_service").fetchone() == (0,):
        raise PmError("The code table codes.place_of_service is empty. Load the code sets first (codes.refresh_codes).")
    run_sql(con, HERE, "standing.sql")
    run_sql(con, HERE, "judged.sql", {"today": today})
    run_sql(con, HERE, "judged_lines.sql")
    fill_facts(con, rules)


def fill_facts(con: duckdb.DuckDBPyConnection, rules: Rulebook) -> None:
    """Fill claim_fact and line_fact for scrub_judged, whose claims scrub_header and scrub_said hold.

    The patient's history, which costs most, is looked up only when a rule asks for it.
    """
    asked = {"with_history": any("history" in compiled.columns for compiled in rules.rules)}
    for name in ("facts.sql", "facts_claim.sql", "facts_codes.sql", "facts_line.sql"):
        run_sql(con, HERE, name, asked)


def judge(con: duckdb.DuckDBPyConnection, rules: Rulebook, limits: Limits | None = None) -> None:
    """Fill scrub_finding with what the rules say of claim_fact and line_fact. Call outside any transaction."""
    limits = limits or Limits()
    threads, rows = number(con, "SELECT current_setting('threads')"), number(con, "SELECT count(*) FROM claim_fact")
    with RuleRoom(threads, limits.memory, rows) as room:
        room.con.execute(
            "CREATE OR REPLACE TEMP TABLE scrub_finding (claim_id VARCHAR, line_no INTEGER, rule_id VARCHAR, "
            "rule_version INTEGER, severity VARCHAR, message VARCHAR, remedy VARCHAR)"
        )
        room.lock()
        for relation in KEYS:
            listed = rules.over(relation)
            if listed:
                fire(room, con, relation, listed, limits)
                _explain(room.con, relation, listed)
        room.give(con, "scrub_finding")


def fire(
    room: RuleRoom, con: duckdb.DuckDBPyConnection, relation: RelationName, listed: list[CompiledRule], limits: Limits
) -> None:
    """Take a relation into the room and fill scrub_fired: claim_id, line_no, hit.

    A hit is the number of a rule in `listed`, from 1; negative where that rule could not be evaluated.
    """
    wanted = {column for compiled in listed for column in compiled.columns} | set(KEYS[relation])
    rows = room.take(con, relation, sorted(wanted))
    # TRY gives NULL where a rule cannot be evaluated, unless DuckDB shares a part that fails among rules: then all fails
    said = ", ".join(compiled.verdict for compiled in listed)
    hit = "CASE WHEN fires THEN number WHEN NOT fires THEN NULL ELSE -number END"
    try:
        room.run(
            "CREATE OR REPLACE TEMP TABLE scrub_fired AS SELECT claim_id, line_no, CAST(unnest(list_filter("
            f"list_transform(said, lambda fires, number: {hit}), lambda hit: hit IS NOT NULL)) AS INTEGER) AS hit "
            f"FROM (SELECT {_keys(relation)}, [{said}] AS said FROM {relation})",
            limits.together + rows * limits.per_row,
        )
    except (
        duckdb.Error,
        TooSlow,
    ):  # which rule it is shows when they are asked one by one; the others are not affected
        room.con.execute("CREATE OR REPLACE TEMP TABLE scrub_fired (claim_id VARCHAR, line_no INTEGER, hit INTEGER)")
        for number, compiled in enumerate(listed, start=1):
            _fire_alone(room, relation, number, compiled, limits.alone + rows * limits.per_row)


def _fire_alone(room: RuleRoom, relation: RelationName, number: int, compiled: CompiledRule, seconds: float) -> None:
    keys = _keys(relation)
    try:
        room.run(
            f"INSERT INTO scrub_fired SELECT {keys}, CASE WHEN fires THEN {number} ELSE {-number} END FROM "
            f"(SELECT *, {compiled.verdict} AS fires FROM {relation}) WHERE fires IS NOT FALSE",
            seconds,
        )
    except (duckdb.Error, TooSlow):  # every row in its scope counts as not judged
        room.con.execute(f"INSERT INTO scrub_fired SELECT {keys}, {-number} FROM {relation} WHERE {compiled.fails_on}")


def _keys(relation: RelationName) -> str:
    return "claim_id, line_no" if "line_no" in KEYS[relation] else "claim_id, CAST(NULL AS INTEGER) AS line_no"


def _explain(con: duckdb.DuckDBPyConnection, relation: RelationName, listed: list[CompiledRule]) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE scrub_rule AS SELECT unnest(?) AS number, unnest(?) AS rule_id, "
        "CAST(unnest(?) AS INTEGER) AS rule_version, unnest(?) AS severity, unnest(?) AS owner",
        [
            list(range(1, len(listed) + 1)),
            [item.rule.id for item in listed],
            [item.rule.version for item in listed],
            [item.rule.severity for item in listed],
            [item.rule.owner for item in listed],
        ],
    )
    hit = {number for (number,) in con.execute("SELECT DISTINCT hit FROM scrub_fired").fetchall()}
    telling = [(number, item) for number, item in enumerate(listed, start=1) if number in hit]
    if telling:
        messages = " ".join(f"WHEN {number} THEN {item.message}" for number, item in telling)
        remedies = " ".join(f"WHEN {number} THEN {item.remedy}" for number, item in telling)
        same_row = " AND ".join(f"fact.{key} = fired.{key}" for key in KEYS[relation])
        con.execute(
            "INSERT INTO scrub_finding SELECT claim_id, finding_line_no, rule_id, rule_version, severity, "
            f"CASE hit {messages} END, CASE hit {remedies} END "
            "FROM (SELECT fact.*, fired.hit, fired.line_no AS finding_line_no "
            f"FROM scrub_fired AS fired JOIN {relation} AS fact ON {same_row} "
            "WHERE fired.hit > 0) JOIN scrub_rule ON scrub_rule.number = hit"
        )
    con.execute(
        "INSERT INTO scrub_finding SELECT claim_id, line_no, 'RULE-ERROR', rule_version, "
        "CASE WHEN severity = 'shadow' THEN 'shadow' ELSE 'hold' END, message, remedy FROM "
        f"(SELECT claim_id, line_no, rule_version, severity, {RULE_FAILED} FROM scrub_fired "
        "JOIN scrub_rule ON scrub_rule.number = -hit)"
    )


def _cleared(con: duckdb.DuckDBPyConnection) -> int:
    row = con.execute("SELECT count(*) FROM scrub.finding_cleared").fetchone()
    return row[0] if row else 0


def _judged(con: duckdb.DuckDBPyConnection, cleared: int) -> Judged:
    states = dict(con.execute("SELECT wanted, count(*) FROM scrub_verdict GROUP BY wanted").fetchall())
    found = con.execute("SELECT rule_id, count(*) FROM scrub_new_finding GROUP BY rule_id ORDER BY rule_id").fetchall()
    errors = con.execute(
        "SELECT split_part(message, ' ', 2), count(DISTINCT claim_id) FROM scrub_finding WHERE rule_id = 'RULE-ERROR' "
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return Judged(
        judged=sum(states.values()),
        held=states.get("held", 0),
        released=states.get("released", 0),
        self_pay=states.get("self_pay", 0),
        findings=dict(found),
        cleared=cleared,
        rule_errors=dict(errors),
    )
