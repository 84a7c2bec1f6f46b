"""The shipped rule files, and what a rule file may not say."""

from __future__ import annotations

import csv
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pm_pipeline.errors import RuleError
from pm_pipeline.scrub import load_rules, shipped_rules
from pm_pipeline.scrub.bench import RuleBench
from pm_pipeline.scrub.examples import Example, run_examples

STARTERS = [
    "ELG-001",
    "ELG-002",
    "ELG-003",
    "ELG-004",
    "PRV-001",
    "PRV-002",
    "PRV-003",
    "DX-001",
    "DX-002",
    "DX-003",
    "DX-004",
    "PX-001",
    "PX-002",
    "PX-003",
    "MOD-001",
    "MOD-002",
    "MOD-003",
    "UNT-001",
    "UNT-002",
    "POS-001",
    "POS-002",
    "AUT-001",
    "AUT-002",
    "TML-001",
    "DUP-001",
    "DRG-001",
]

GOOD: dict[str, Any] = {
    "id": "TST-001",
    "version": 1,
    "title": "Too many units",
    "family": "units",
    "level": "line",
    "severity": "hold",
    "owner": "billing lead",
    "why": "A test",
    "source": "House practice",
    "where": "units > 3",
    "message": "{units} units of {procedure_code}",
    "remedy": "Correct charge {charge_id}.",
    "prevents": ["151"],
    "examples": {"fires": [{"units": 4}], "passes": [{"units": 3}]},
}
A_FIX: dict[str, Any] = {
    "severity": "fix",
    "where": "ndc LIKE '% %'",
    "message": "NDC of {charge_id}",
    "set": {"ndc": "replace(ndc, ' ', '')"},
    "examples": {"fires": [{"ndc": "1 2", "becomes": {"ndc": "12"}}], "passes": [{"ndc": "12"}]},
}


def write_rule(folder: Path, **changes: Any) -> Path:
    rule = {**GOOD, **changes}
    path = folder / str(rule["family"]) / f"{rule['id']}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(rule))
    return folder


def refusal(folder: Path, **changes: Any) -> str:
    with pytest.raises(RuleError) as refused:
        load_rules(write_rule(folder, **changes))
    return str(refused.value)


def test_examples_of_every_shipped_rule_do_what_they_say_and_none_fires_on_the_usual_row() -> None:
    rules = shipped_rules().rules  # loading them proves every example, all in a few statements
    assert all(one.rule.examples.fires and one.rule.examples.passes for one in rules)
    with RuleBench() as bench:
        for relation, described in bench.relations.items():
            usual = [Example(one, {}, one.rule.id) for one in rules if one.relation == relation]
            outcomes = run_examples(bench.room, described, usual)
            assert [one.place for one, found in zip(usual, outcomes, strict=True) if found.fires is not False] == []


def test_the_rulebook_is_as_deep_as_it_says_and_every_family_is_there() -> None:
    rules = [compiled.rule for compiled in shipped_rules().rules]
    assert len(rules) >= 200
    assert {rule.family for rule in rules} >= {
        "subscriber", "coordination", "eligibility", "provider", "taxonomy", "diagnosis", "sex_age", "excludes", "laterality", "specificity",
        "procedure", "modifier", "telehealth", "anesthesia", "units", "drug", "place_of_service", "global_period", "ncci", "assistant_surgery",
        "multiple", "duplicate", "frequency", "authorization", "referral", "clia", "medical_necessity", "timely_filing", "medicare_secondary",
        "compensation_auto", "medicaid", "conformance",
    }  # fmt: skip
    titles = [rule.title for rule in rules]
    assert len(titles) == len(set(titles))
    silent = [rule.id for rule in rules if rule.severity == "hold" and not rule.prevents]
    assert silent == [], "a rule that holds a claim says which denial it prevents"


def test_all_starter_edits_are_there_and_their_carcs_exist() -> None:
    rules = {compiled.rule.id: compiled.rule for compiled in shipped_rules().rules}
    assert set(STARTERS) <= set(rules)
    text = resources.files("pm_pipeline.codes").joinpath("carc.csv").read_text(encoding="utf-8")
    carcs = {row["carc"] for row in csv.DictReader(text.splitlines())}
    unknown = {rule_id: set(rule.prevents) - carcs for rule_id, rule in rules.items()}
    assert not any(unknown.values()), unknown


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1\n", "version: 1\nscope: {dos_from: 2026-02-30}\n", "scope.dos_from: Input should be a valid date"),
        ("version: 1\n", "version: 1\nversion: 2\n", "the key version is given twice"),
        ("version: 1\n", "version: 1 # \xe9\n", "TST-001.yaml is not UTF-8 text at line"),
    ],
)
def test_what_an_analyst_may_mistype_in_a_rule_file_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = write_rule(tmp_path / "rules") / "units" / "TST-001.yaml"
    path.write_bytes(path.read_text().replace(old, new).encode("latin-1"))
    with pytest.raises(RuleError) as refused:
        load_rules(tmp_path / "rules")
    assert said in str(refused.value)


def test_a_good_rule_loads(tmp_path: Path) -> None:
    book = load_rules(write_rule(tmp_path / "rules"))
    assert [compiled.rule.id for compiled in book.over("line_fact")] == ["TST-001"]


@pytest.mark.parametrize(
    "where",
    [
        "(SELECT count(*) FROM read_csv('/etc/passwd')) > 0",
        "read_text('/etc/passwd') IS NOT NULL",
        "units > (SELECT max(cents) FROM ledger.entry)",
        "EXISTS (SELECT 1 FROM claim_fact)",
        "units IN (SELECT 1)",
        "units = ANY ([1, 2])",
        "1 = 1; ATTACH '/tmp/x.db'",
        "ATTACH '/tmp/x.db'",
        "units > 1 FROM line_fact",
        "units > 1) OR (true",
        "units > 1, true",
        "units > 1 AS yes",
        "units > 1 UNION SELECT true",
        "(WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t) > 0",
        "sum(units) > 1",
        "row_number() OVER () > 1",
        "getenv('HOME') = 'x'",
        "current_setting('home_directory') = 'x'",
        "nextval('s') > 1",
        "random() > 0.5",
        "today() > dos_from",
        "len(range(1000000000)) > 1",
        "repeat('x', 1000000000) = 'x'",
        "lpad('x', 1000000000, 'x') = 'x'",
        "replace(procedure_code, '9', '99999999999999') = 'x'",
        "len(list_transform(modifiers, lambda m: m || m)) > 0",
        "array_to_string(modifiers, 'xxxxxxxxxxxxxxxxxxxxxxx') = 'x'",
        f"len({'list_concat(history, ' * 5}history{')' * 5}) > 0",
        "length(array_to_string(string_split(procedure_code, ''), ',')) > 0",
        f"length(CAST(list_transform(string_split(procedure_code, ''), lambda c: '{'x' * 300}') AS VARCHAR)) > 0",
        f"length(CAST(list_transform(history, lambda h: '{'x' * 41}') AS VARCHAR)) > 0",
        "COLUMNS(*) IS NOT NULL",
        "units = $1",
        "procedure_code::ENUM('x') = 'x'",
        "len(list_transform(history, lambda h: history)) > 0",
        "len(list_transform(history, lambda h: list_filter(history, lambda i: true))) > 0",
        "len(list_filter(history, lambda a: len(list_filter(history, lambda b: len(list_filter(history, lambda c: true)) > 0)) > 0)) > 0",
        "len(list_filter(history, lambda h: h.procedure_code || h.procedure_code = 'x')) > 0",
        "len(list_filter(history, lambda h: h.no_such_field = 1)) > 0",
        "len(list_filter(history, lambda h: other.procedure_code = 'x')) > 0",
        "struct_pack(a := units) IS NULL",
        "len(generate_series(1, 1000000000)) > 1",
        "array_fill(1, 1000000000) IS NULL",
        "list_resize(modifiers, 1000000000) IS NULL",
        "CAST(procedure_code AS VARCHAR[][][][]) IS NULL",
        "query_table('ledger.entry') IS NULL",
        "(FROM duckdb_secrets()) IS NULL",
        "PRAGMA database_list",
        "INSTALL httpfs",
        "SET threads = 64",
        "CREATE TABLE x AS SELECT 1",
        "COPY line_fact TO 'x.csv'",
        "CAST(units AS STRUCT(a INTEGER)) IS NULL",
        "line_fact.units > 1",
        "no_such_column > 1",
        "units",
        "'x'",
        "NOT " * 200 + "true",
        "units > 1 OR " * 600 + "true",
        "this is not SQL",
    ],
)
def test_a_hostile_or_wrong_predicate_is_refused(tmp_path: Path, where: str) -> None:
    text = refusal(tmp_path / "rules", where=where)
    assert "rules/units/TST-001.yaml: where: " in text


def test_the_bench_itself_reaches_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with RuleBench() as bench:
        for statement in (
            f"SELECT * FROM '{secret}'",
            f"ATTACH '{tmp_path / 'x.db'}'",
            "SET enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                bench.con.execute(statement)
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"severity": "stop"}, "severity"),
        ({"extra": 1}, "extra"),
        ({"version": 0}, "version"),
        ({"prevents": ["CO 45"]}, "prevents.0"),
        ({"scope": {"payer": ["X"]}}, "scope.payer"),
        ({"examples": {"fires": [{"units": 4}], "passes": []}}, "examples.passes"),
        ({"examples": {"passes": [{"units": 1}]}}, "examples.fires"),
        (
            {"examples": {"fires": [{"units": 1}], "passes": [{"units": 1}]}},
            "examples.fires[0]: the rule does not fire",
        ),
        ({"examples": {"fires": [{"units": 4}], "passes": [{"units": 5}]}}, "examples.passes[0]: the rule fires"),
        ({"examples": {"fires": [{"unit": 4}], "passes": [{"units": 1}]}}, "there is no column unit"),
        (
            {"examples": {"fires": [{"units": "4"}], "passes": [{"units": 1}]}},
            "units: expected a value of type DECIMAL",
        ),
        (
            {"examples": {"fires": [{"units": 4, "place_of_service": 11}], "passes": [{"units": 1}]}},
            "place_of_service: expected a value of type VARCHAR (put codes in quotes)",
        ),
        ({"message": "{member_id} has many units"}, "message: member_id is about a person"),
        ({"remedy": "Call {patient_birth_date}"}, "remedy: patient_birth_date is about a person"),
        ({"message": "{no_such}"}, "message: there is no column no_such"),
        ({"message": "open { brace"}, "a brace without its partner"),
        ({"set": {"units": "1"}}, "set: give it for severity fix, and only for fix"),
        ({**A_FIX, "level": "claim"}, "level: a fix works on lines"),
        ({**A_FIX, "set": {"charge_cents": "1"}}, "set.charge_cents: a fix may set only"),
        ({**A_FIX, "set": {"ndc": "42"}}, "set.ndc: expected an expression of type VARCHAR, this one is INTEGER"),
        ({**A_FIX, "set": {"ndc": "getenv('HOME')"}}, "set.ndc: the function getenv is not allowed"),
        (
            {**A_FIX, "examples": {"fires": [{"ndc": "1 2", "becomes": {"ndc": "1"}}], "passes": [{"ndc": "1"}]}},
            "becomes: the rule's `set` gives another value",
        ),
        ({**A_FIX, "examples": {"fires": [{"ndc": "1 2"}], "passes": [{"ndc": "1"}]}}, "`becomes`"),
        ({**A_FIX, "examples": {"fires": [{"ndc": "1 2", "becomes": {}}], "passes": [{"ndc": "1"}]}}, "becomes"),
    ],
)
def test_a_wrong_rule_names_its_file_and_key(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    text = refusal(tmp_path / "rules", **changes)
    assert "rules/units/TST-001.yaml" in text
    assert expected in text
    assert str(tmp_path) not in text


def test_a_fix_rule_loads(tmp_path: Path) -> None:
    book = load_rules(write_rule(tmp_path / "rules", **A_FIX))
    assert [compiled.rule.id for compiled in book.over("draft_fact")] == ["TST-001"]


def test_file_and_folder_name_the_rule(tmp_path: Path) -> None:
    folder = write_rule(tmp_path / "rules")
    (folder / "units" / "TST-001.yaml").rename(folder / "units" / "TST-002.yaml")
    with pytest.raises(RuleError, match="expected TST-002 and units"):
        load_rules(folder)


def test_two_files_with_one_id_are_refused(tmp_path: Path) -> None:
    folder = write_rule(tmp_path / "rules")
    write_rule(folder, family="other")
    with pytest.raises(RuleError, match="Give each rule its own id"):
        load_rules(folder)


def test_no_rules_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="nothing may be released"):
        load_rules(tmp_path)


def test_broken_yaml_names_the_place(tmp_path: Path) -> None:
    folder = write_rule(tmp_path / "rules")
    (folder / "units" / "TST-001.yaml").write_text("id: TST-001\nwhere: a: b\n")
    with pytest.raises(RuleError, match="not YAML at line 2"):
        load_rules(folder)


def test_scope_limits_a_rule(tmp_path: Path) -> None:
    scope = {"payers": ["SMDCR"], "payer_kinds": ["medicare"], "dos_from": "2026-01-01", "dos_to": "2026-06-30"}
    row = {"units": 4, "payer_id": "SMDCR", "payer_kind": "medicare"}
    outside = [
        {**row, "payer_id": "SMTML"},
        {**row, "payer_kind": "commercial"},
        {**row, "payer_id": None, "payer_kind": None},
    ]
    assert load_rules(write_rule(tmp_path / "rules", scope=scope, examples={"fires": [row], "passes": outside}))


def test_a_quote_in_a_text_stays_a_text(tmp_path: Path) -> None:
    book = load_rules(write_rule(tmp_path / "rules", message="It's {units}; DROP TABLE x; --", remedy="Don't"))
    with RuleBench() as bench:
        outcome = bench.judge(book.rules[0], {"units": 4}, "here")
    assert outcome.message == "It's 4; DROP TABLE x; --"
