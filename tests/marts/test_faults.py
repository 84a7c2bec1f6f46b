"""Planted faults: each identity test of the project must notice the fault it is there for."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.marts.conftest import Built
from tests.marts.dbt_run import DbtResult, run_dbt

pytestmark = pytest.mark.slow

# what goes wrong in a copy of the warehouse: how it is planted there, and the dbt tests that must notice
FAULTS: dict[str, tuple[str, list[str]]] = {
    "a ledger entry is deleted": (
        "DELETE FROM ledger.entry WHERE charge_id = 'C02-1' AND account = 'AR' AND entry_kind = 'payment' "
        "AND posted_on = '2026-04-02'",
        ["ledger_transactions_sum_to_zero", "aging_equals_control_account", "roll_forward_equals_control_account",
         "collections_equal_ledger", "claim_balances_equal_control_account"],
    ),
    "a cent is added to revenue": (
        "UPDATE ledger.entry SET cents = cents + 1 WHERE account = 'REVENUE_GROSS' AND charge_id = 'C05-1'",
        ["charges_posted_equal_revenue", "charges_in_force_equal_revenue"],
    ),
    "another write-off is called contractual": (
        "UPDATE ledger.entry SET account = 'SMALL_BAL' WHERE account = 'CONTRACTUAL' AND charge_id = 'C03-1'",
        ["contractual_is_contractual"],
    ),
    "an entry kind is not known": (
        "UPDATE intermediate.int_ar_movement SET movement = 'unmapped' WHERE movement = 'write_off'",
        ["every_ar_entry_kind_is_known"],
    ),
    "one side of a transfer is lost": (
        "DELETE FROM intermediate.int_ar_movement WHERE movement = 'transfer' AND party = 'patient'",
        ["transfers_net_to_zero"],
    ),
    "one aging base differs": (
        "UPDATE marts.ar_aging SET balance_amount = balance_amount + 1 "
        "WHERE aging_base = 'first_bill' AND party = 'secondary'",
        ["aging_bases_agree"],
    ),
    "an age is lost": (
        "UPDATE marts.ar_aging SET bucket = 'not billed' WHERE aging_base = 'service_date' AND bucket = '91-120'",
        ["only_unbilled_is_not_billed"],
    ),
    "rows are there twice": (
        "INSERT INTO marts.ar_aging SELECT * FROM marts.ar_aging WHERE as_of_date = '2026-01-31'",
        ["grain_ar_aging_"],
    ),
    "days in A/R forget a payer": (
        "UPDATE marts.days_in_ar SET open_ar_netted_amount = 0 WHERE as_of_date = '2026-07-15' AND payer_id = 'GOLD'",
        ["days_in_ar_equals_aging"],
    ),
    "a month does not open as the last one closed": (
        "UPDATE marts.ar_roll_forward SET opening_amount = 1 WHERE period_start = '2026-06-01' AND party = 'primary'",
        ["roll_forward_is_continuous", "holds_ar_roll_forward_"],
    ),
    "a denial is counted twice": (
        "UPDATE marts.denial_categories SET denied_lines = denied_lines + 1 WHERE category = 'CODING'",
        ["denial_categories_sum_to_total", "denial_categories_hold_every_initial_denial"],
    ),
    "a remittance line is left out": (
        "UPDATE marts.auto_post_rate SET lines = lines - 1 WHERE payer_id = 'GOLD' AND lines = 1",
        ["auto_post_holds_every_line"],
    ),
    "a percentile's item is counted twice": (
        "UPDATE marts.kpi_spread SET items = items + 1 WHERE as_of_date = '2026-07-15'",
        ["kpi_identities_hold", "kpi_parts_sum_to_the_kpi"],
    ),
    "gross and net collections bring in different money": (
        "UPDATE marts.kpi_summary SET numerator = numerator + 1 WHERE kpi = 'gross_collection_rate' AND is_latest",
        ["kpi_identities_hold"],
    ),
    "a KPI is missing on a day": (
        "DELETE FROM marts.kpi_summary WHERE kpi = 'days_in_ar_gross' AND is_latest",
        ["every_kpi_every_as_of"],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def tested(built: Built, tmp_path_factory: pytest.TempPathFactory) -> DbtResult:
    """`dbt test` over a copy with every fault in it at once; each test looks for its own."""
    folder = _copy(built, tmp_path_factory.mktemp("faults"))
    con = duckdb.connect(folder / "pm.duckdb")
    for planted, _ in FAULTS.values():
        con.execute(planted)
    con.close()
    return run_dbt("test", folder / "pm.duckdb", folder)


def _copy(built: Built, folder: Path) -> Path:
    shutil.copy(built.database, folder / "pm.duckdb")
    shutil.copytree(built.scratch / "target", folder / "target")
    return folder


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_noticed(tested: DbtResult, fault: str) -> None:
    assert tested.code == 1
    for expected in FAULTS[fault][1]:
        assert [name for name in tested.failed() if name.startswith(expected)], expected


def test_what_is_not_at_fault_passes(tested: DbtResult) -> None:
    passed = {name for name, status in tested.status.items() if status == "pass"}
    assert "grain_int_remit_line_remit_line_id" in passed
    assert "grain_claim_status_claim_id" in passed


def test_a_ledger_that_does_not_balance_stops_the_build(built: Built, tmp_path: Path) -> None:
    """The marts are not built from it: their tables stay as they were, and the run fails."""
    folder = _copy(built, tmp_path)
    con = duckdb.connect(folder / "pm.duckdb")
    con.execute("DELETE FROM ledger.entry WHERE charge_id = 'C13-1' AND account = 'AR'")
    con.close()
    result = run_dbt("build", folder / "pm.duckdb", folder)
    assert result.code == 1
    assert result.status["ledger_transactions_sum_to_zero"] == "fail"
    assert result.status["days_in_ar"] == "skipped"
