"""The laws of the house that a machine can hold: who may import whom, what SQL may do, how files are kept."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "pm_pipeline"
STAGES = ["front_office", "charges", "scrub", "submission", "acknowledgments", "remittance", "posting", "receivables"]
BASE = {"errors", "settings", "yaml_file", "console"}
CORE = {"x12", "ledger", "codes", "warehouse", "transport", "intake", "config"}
# what else a part may import, beyond BASE and itself
MAY: dict[str, set[str]] = {
    "codes": {"warehouse"},
    "config": {"codes"},
    "warehouse": set(),
    "ledger": {"warehouse"},
    "x12": {"warehouse", "codes", "config"},
    "transport": {"warehouse", "x12", "config"},
    "intake": {"warehouse", "codes", "config", "transport"},
    "home": {"config", "warehouse", "codes", "ledger"},
    "sandbox": {"config", "codes", "x12"},
    "exchange": {"config", "home", "sandbox", "transport"},
    "audit": CORE | {"desk"},
    "desk": CORE | set(STAGES),
    "dashboard": {"config", "warehouse", "audit", "transport", "desk", "codes"},
    "docs_cli": {"home", "scrub", "audit", "defs"},
    "dashboard_cli": {"config", "home", "dashboard"},
    "closing": {"audit", "config", "desk", "warehouse", "x12"},
    "closing_cli": {"home", "closing", "audit", "desk"},
    "audit_cli": {"home", "audit"},
    "edi_cli": {"x12", "audit"},
    "exceptions_cli": {"home", "posting", "audit"},
    "money_cli": {"home", "receivables", "audit"},
    "denials_cli": {"config", "home", "audit", "receivables"},
    "statements_cli": {"config", "home", "audit", "receivables"},
    "claims_cli": {"home", "audit", "transport"},
    "contracts_cli": {"home", "config", "audit", "warehouse"},
    "policy_cli": {"config", "home", "posting", "audit"},
    "codes_cli": {"home", "codes", "warehouse"},
    "rules_cli": {"home", "scrub", "audit"},
    "holds_cli": {"home", "scrub", "audit"},
    "desk_cli": {"home", "desk", "audit"},
    **{stage: CORE | set(STAGES[:place]) for place, stage in enumerate(STAGES)},
}
ANYTHING = {"defs", "definitions", "cli", "demo"}


def modules() -> Iterator[tuple[Path, str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        yield path, part, ast.parse(path.read_text())


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "pm_pipeline":
                yield from (f"pm_pipeline.{alias.name}" for alias in node.names)


def test_a_part_imports_only_what_stands_before_it() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path, part, tree in modules()
        if part not in ANYTHING and part != "__init__"
        for name in imports(tree)
        if name.startswith("pm_pipeline.") and name.split(".")[1] not in BASE | MAY.get(part, set()) | {part}
    ]
    assert wrong == []


def test_every_part_has_its_place_in_the_law() -> None:
    parts = {part for _, part, _ in modules()} - ANYTHING - BASE - {"__init__"}
    assert parts <= set(MAY), "say in MAY what the new part may import"


def test_only_defs_knows_dagster() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path, part, tree in modules()
        if part not in ("defs", "definitions")
        for name in imports(tree)
        if name.split(".")[0] in ("dagster", "dagster_dbt")
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "name",
    [
        "load_defs",
        "SourceAsset",
        "AutoMaterializePolicy",
        "compute_kind",
        "fs_io_manager",
        "build_last_update_freshness_checks",
    ],
)
def test_retired_dagster_names_are_not_used(name: str) -> None:
    for path in (PACKAGE / "defs").glob("*.py"):
        assert not re.search(rf"\b{name}\b", path.read_text()), path


APPEND_ONLY = (
    "closing.period", "closing.reopening", "closing.roll_forward", "closing.trial_balance",
    "desk.applied", "desk.item_assigned", "desk.item_note",
    "ledger.batch", "ledger.entry", "ledger.txn", "posting.decision_made", "posting.exception", "posting.exception_closed",
    "posting.line_charge", "posting.line_outcome_made", "posting.posting_made", "posting.resolution", "posting.taken_back", "posting.unposting", "receivables.contract_edition",
    "receivables.contract_line", "receivables.denial", "receivables.denial_action", "receivables.denial_cause",
    "receivables.denial_closed", "receivables.denial_queue", "receivables.denial_workflow",
    "receivables.guarantor", "receivables.money_action", "receivables.money_answer", "receivables.payment_plan", "receivables.payment_plan_claim", "receivables.payment_plan_ended",
    "receivables.statement", "receivables.statement_file", "receivables.statement_filed", "receivables.statement_hold",
    "receivables.statement_hold_ended", "receivables.statement_line", "receivables.statement_resumed", "receivables.statement_stop",
    "receivables.statement_withdrawn", "receivables.work_item", "receivables.work_item_closed",
    "remittance.adjustment", "remittance.bank_line", "remittance.claim", "remittance.deposit",
    "remittance.deposit_alias", "remittance.deposit_named", "remittance.line", "remittance.payment",
    "remittance.provider_adjustment", "scrub.claim_event", "scrub.edit_finding", "scrub.finding_cleared", "scrub.fix", "scrub.override",
    "scrub.person_fix", "scrub.rule_edition", "scrub.withdrawal",
    "submission.batch_claim", "submission.interchange", "submission.later_claim", "submission.later_event",
    "submission.later_fault", "submission.upload_event", "transport.file", "transport.receipt", "warehouse.chain",
)  # fmt: skip


def source_texts() -> Iterator[tuple[Path, str]]:
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in (".sql", ".py"):
            yield path, path.read_text()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_nothing_updates_or_deletes_an_append_only_table(table: str) -> None:
    forbidden = re.compile(
        rf"\b(UPDATE|DELETE\s+FROM|TRUNCATE|INSERT\s+OR\s+REPLACE\s+INTO)\s+{re.escape(table)}\b", re.IGNORECASE
    )
    assert [path.name for path, text in source_texts() if forbidden.search(text)] == []


def test_no_file_grows_beyond_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in (PACKAGE, ROOT / "tests")
        for path in folder.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 500
    }
    assert long == {}


def test_every_sql_file_opens_with_what_it_is() -> None:
    folders = (PACKAGE, ROOT / "dbt_project")
    bare = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in folder.rglob("*.sql")
        if "target" not in path.parts and not re.match(r"(--|\{#|\{%-? macro)", path.read_text())
    ]
    assert bare == []


def test_no_path_of_one_machine_and_no_registry_host_is_written_down() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    wrong: list[str] = []
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix in (".png", ".pdf") or not path.is_file() or path == Path(__file__):
            continue
        text = path.read_text(errors="replace")
        if re.search(r"(^|[^A-Za-z0-9_.])/(work|farm|root|home/[a-z]+)/", text):
            wrong.append(f"{name}: a path of one machine")
        if name.endswith(".lock") and re.search(r"https?://|--index-url|--find-links", text):
            wrong.append(f"{name}: a download address")
    assert wrong == []
