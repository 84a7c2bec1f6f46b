"""Everything that is wrong with rule files, all of it at once, and not only the first fault."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pm_pipeline.codes import code_set
from pm_pipeline.config import Config
from pm_pipeline.errors import RuleError
from pm_pipeline.scrub.bench import RuleBench
from pm_pipeline.scrub.rule import CompiledRule, Rule
from pm_pipeline.scrub.rulebook import read_rule, rule_files


def lint(config: Config, folders: Sequence[Path], con: duckdb.DuckDBPyConnection | None = None) -> list[str]:
    """One text per fault, each naming file, key and remedy; [] when all rules can be used.

    A rule needs examples of both kinds that do what they say, reasons (CARC) and payers that exist, and, when `con` is a
    warehouse, a version that was raised since another content of it judged claims.
    """
    faults: list[str] = []
    compiled: list[tuple[CompiledRule, Path]] = []
    with RuleBench() as bench:
        for folder in folders:
            for path in rule_files(folder):
                try:
                    shown, rule = read_rule(path, folder)
                    faults += _unknown(config, rule, shown)
                    compiled.append((bench.compile(rule, shown), shown))
                except RuleError as problem:
                    faults.append(str(problem))
        faults += _examples(bench, compiled)
    if con is not None:
        faults += _versions(con, compiled)
    return faults


def _examples(bench: RuleBench, compiled: list[tuple[CompiledRule, Path]]) -> list[str]:
    try:
        bench.prove_all(compiled)
    except RuleError:
        pass
    else:
        return []
    faults: list[str] = []
    for one, path in compiled:  # which they are shows one by one
        try:
            bench.prove(one, path)
        except RuleError as problem:
            faults.append(str(problem))
    return faults


def _unknown(config: Config, rule: Rule, shown: Path) -> list[str]:
    known = {
        "prevents": (rule.prevents, code_set("carc"), "claim adjustment reason code of codes/carc.csv"),
        "scope.payers": (rule.scope.payers, {one.payer_id for one in config.payers}, "payer of payers.yaml"),
        "scope.plan_types": (
            rule.scope.plan_types,
            {one.filing_indicator for one in config.payers},
            "filing_indicator of a payer in payers.yaml",
        ),
        "scope.locations": (
            rule.scope.locations,
            {one.location_id for one in config.practice.locations},
            "location of practice.yaml",
        ),
    }
    return [
        f"{shown}: {key}: {value} is no {kind}. Correct it, or add it there."
        for key, (values, allowed, kind) in known.items()
        for value in values
        if value not in allowed
    ]


def _versions(con: duckdb.DuckDBPyConnection, compiled: list[tuple[CompiledRule, Path]]) -> list[str]:
    editions = con.execute("SELECT rule_id, rule_version, digest FROM scrub.rule_edition").fetchall()
    used: dict[tuple[str, int], set[str]] = {}
    newest: dict[str, int] = {}
    for rule_id, version, digest in editions:
        used.setdefault((rule_id, version), set()).add(digest)
        newest[rule_id] = max(version, newest.get(rule_id, 0))
    faults: list[str] = []
    for one, shown in compiled:
        rule = one.rule
        judged = used.get((rule.id, rule.version), {one.digest})
        if one.digest not in judged:
            faults.append(
                f"{shown}: version: what version {rule.version} does was changed after it had judged claims. "
                f"Write version: {newest[rule.id] + 1}."
            )
    return faults
