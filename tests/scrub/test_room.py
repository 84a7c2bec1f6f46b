"""What runs in the locked room reaches nothing, and is stopped when its time or memory is up."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.errors import RuleError
from pm_pipeline.scrub import Rulebook, load_rules
from pm_pipeline.scrub.bench import RuleBench
from pm_pipeline.scrub.engine import Limits, judge
from pm_pipeline.scrub.examples import Example, run_examples
from pm_pipeline.scrub.room import RuleRoom, TooSlow
from pm_pipeline.scrub.rule import CompiledRule
from tests.scrub.test_rules import write_rule

NEVER_ENDS = "(SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE (a.range * b.range) % 7 = 1) > 0"
TOO_BIG = "(SELECT count(DISTINCT md5(CAST(range AS VARCHAR))) FROM range(3000000)) > 0"


def test_the_room_reaches_no_file_no_database_no_extension_and_no_setting(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    somewhere = [1, 2, 3]
    with RuleRoom() as room:
        room.lock()
        assert room.con.execute("SELECT current_setting('temp_directory')").fetchone() == (
            "",
        )  # nothing is put on disk
        for statement in (
            f"SELECT * FROM '{secret}'",
            f"SELECT * FROM read_text('{secret}')",
            f"SELECT * FROM glob('{tmp_path}/*')",
            f"ATTACH '{tmp_path / 'x.db'}'",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            f"EXPORT DATABASE '{tmp_path / 'out'}'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SET enable_external_access = true",
            "SET memory_limit = '100GB'",
            "SELECT * FROM somewhere",
        ):
            with pytest.raises(duckdb.Error):
                room.con.execute(statement)
    assert somewhere
    assert {path.name for path in tmp_path.iterdir()} == {"secret.csv"}


def test_what_takes_too_long_is_stopped_and_the_room_goes_on() -> None:
    with RuleRoom() as room:
        started = time.monotonic()
        with pytest.raises(TooSlow):
            room.run(f"SELECT {NEVER_ENDS}", 0.2)
        assert time.monotonic() - started < 20
        room.run("SELECT 1", 20.0)
        assert room.con.execute("SELECT 2").fetchone() == (2,)


@pytest.fixture
def facts() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 1})
    con.execute(
        "CREATE TEMP TABLE line_fact AS SELECT 'C' || range AS claim_id, 1 AS line_no, range AS units, "
        "CASE WHEN range < 2 THEN 'SMTML' ELSE 'LKSHM' END AS payer_id, '99213' AS procedure_code, 'CH' AS charge_id "
        "FROM range(4)"
    )
    con.execute("CREATE TEMP VIEW claim_fact AS SELECT DISTINCT claim_id FROM line_fact")
    return con


def rule(folder: Path, condition: str, **changes: str) -> CompiledRule:
    """A rule whose condition no check has seen, as if one had got past them; it judges the claims of SMTML."""
    good = load_rules(write_rule(folder, **changes)).rules[0]
    return dataclasses.replace(good, scope="payer_id = 'SMTML'", where=condition, columns=good.columns | {"payer_id"})


@pytest.mark.parametrize("condition", [NEVER_ENDS, TOO_BIG, "error(procedure_code)", "no_such_column > 1"])
def test_a_rule_that_cannot_be_judged_fails_closed_alone(
    tmp_path: Path, facts: duckdb.DuckDBPyConnection, condition: str
) -> None:
    bad = rule(tmp_path / "bad", condition)
    good = rule(tmp_path / "good", "units = 1", id="TST-002")
    quick = Limits(together=0.5, alone=1.5, per_row=0, memory="64MB")
    judge(facts, Rulebook((bad, good)), quick)
    found = facts.execute("SELECT rule_id, severity, claim_id FROM scrub_finding ORDER BY ALL").fetchall()
    assert found == [("RULE-ERROR", "hold", "C0"), ("RULE-ERROR", "hold", "C1"), ("TST-002", "hold", "C1")]


@pytest.mark.parametrize("rows", [4, 25_000], ids=["without the optimizer", "with it"])
def test_a_rule_holds_nothing_outside_its_scope_whatever_would_fail_there(
    tmp_path: Path, facts: duckdb.DuckDBPyConnection, rows: int
) -> None:
    facts.execute(
        f"CREATE OR REPLACE TEMP TABLE line_fact AS SELECT * REPLACE ('C' || range AS claim_id) FROM range({rows}), (FROM line_fact LIMIT 1)"
    )
    facts.execute(
        "UPDATE line_fact SET payer_id = CASE WHEN claim_id = 'C1' THEN 'SMTML' WHEN claim_id = 'C2' THEN NULL ELSE 'LKSHM' END"
    )
    judge(facts, Rulebook((rule(tmp_path, "CAST(charge_id AS BIGINT) = 7"),)))
    assert facts.execute("SELECT rule_id, claim_id FROM scrub_finding").fetchall() == [("RULE-ERROR", "C1")]


def test_a_rule_that_never_ends_is_found_by_its_examples_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RuleRoom.run

    def slow(self: RuleRoom, sql: str, seconds: float) -> None:
        """As if `units = 7777` took for ever: what does, and can be interrupted, no TRY takes."""
        if "units = 7777" in sql:
            raise TooSlow
        run(self, sql, seconds)

    monkeypatch.setattr(RuleRoom, "run", slow)
    good, bad = rule(tmp_path / "good", "units = 1", id="TST-002"), rule(tmp_path / "bad", "units = 7777")
    with RuleBench() as bench:
        shown = [Example(one, {}, f"{one.rule.id}.yaml: examples.fires[0]") for one in (good, bad)]
        with pytest.raises(RuleError, match=r"^TST-001\.yaml: .*takes longer than 20 s on its examples"):
            run_examples(bench.room, bench.relations["line_fact"], shown)
        assert len(run_examples(bench.room, bench.relations["line_fact"], shown[:1])) == 1


def test_a_rule_in_shadow_that_cannot_be_judged_holds_nothing(tmp_path: Path, facts: duckdb.DuckDBPyConnection) -> None:
    judge(facts, Rulebook((rule(tmp_path / "bad", "no_such_column > 1", severity="shadow"),)))
    assert facts.execute("SELECT DISTINCT rule_id, severity FROM scrub_finding").fetchall() == [
        ("RULE-ERROR", "shadow")
    ]
