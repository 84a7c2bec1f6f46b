"""What payers' contracts allow, held against what the payers allowed: every posted line of a primary answer, priced once.

A line is priced again only when other terms apply to it (a new version, or a rate put right). The price is that of the line
as we billed it; the part the payer denied is left out, for a denial is not an underpayment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb

from pm_pipeline.config.contracts import Contract, ContractBook, Price, basis_points
from pm_pipeline.warehouse import load_rows, number, run_sql

HERE = __package__ or ""
ANY_CODE = ("", "~")  # before and after every procedure code

TABLES = {
    "contract_term": "payer_id VARCHAR, effective_from DATE, effective_to DATE, terms VARCHAR, contract_id VARCHAR, contract_version INTEGER, "
    "edition VARCHAR, lesser_of_charge BOOLEAN, implausible_percent BIGINT, tolerance_cents BIGINT, tolerance_bp BIGINT",
    "contract_price": "contract_id VARCHAR, contract_version INTEGER, place INTEGER, term VARCHAR, first_code VARCHAR, last_code VARCHAR, "
    "basis VARCHAR, schedule VARCHAR, basis_points BIGINT, per_unit BOOLEAN",
    "contract_modifier": "contract_id VARCHAR, contract_version INTEGER, modifier VARCHAR, basis_points BIGINT",
    "contract_reduction": "contract_id VARCHAR, contract_version INTEGER, basis_points BIGINT[]",
    "contract_reduction_range": "contract_id VARCHAR, contract_version INTEGER, first_code VARCHAR, last_code VARCHAR",
    "contract_fee": "schedule VARCHAR, procedure_code VARCHAR, modifier VARCHAR, place_class VARCHAR, cents BIGINT, effective_from DATE, "
    "effective_to DATE, fee_row INTEGER",
}


def price_lines(con: duckdb.DuckDBPyConnection, book: ContractBook, today: dt.date, run_id: str) -> int:
    """Price what was posted and is not priced by the terms in force for it; how many lines. Call inside a unit of work."""
    _tell(con, "contract_term", _terms(book))
    run_sql(con, HERE, "contract_due.sql")
    due = number(con, "SELECT count(*) FROM contract_due")
    if due:
        _tell(con, "contract_price", [one for contract in book.contracts for one in _prices(contract)])
        _tell(con, "contract_modifier", [
            (contract.contract_id, contract.version, one.modifier, basis_points(one.percent))
            for contract in book.contracts for one in contract.modifiers
        ])  # fmt: skip
        reduced = [(one, one.multiple_procedures) for one in book.contracts if one.multiple_procedures]
        _tell(con, "contract_reduction", [
            (one.contract_id, one.version, [basis_points(share) for share in terms.percents]) for one, terms in reduced
        ])  # fmt: skip
        _tell(con, "contract_reduction_range", [
            (one.contract_id, one.version, *_span(part)) for one, terms in reduced for part in terms.procedures
        ])  # fmt: skip
        _tell(con, "contract_fee", [
            (name, fee.procedure_code, fee.modifier, fee.place_class, fee.cents, fee.effective_from, fee.effective_to, fee.row)
            for name, fees in book.schedules.items() for fee in fees
        ])  # fmt: skip
        params = {"today": today, "run_id": run_id, "after_allowed": list(book.after_allowed)}
        run_sql(con, HERE, "contract.sql", params)
    return due


def _tell(con: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Put rows into a temporary table of TABLES."""
    columns = [column.split()[0] for column in TABLES[table].split(", ")]
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({TABLES[table]})")
    load_rows(con, table, columns, rows)


def _terms(book: ContractBook) -> list[tuple[Any, ...]]:
    return [
        (one.payer_id, one.effective_from, one.effective_to, one.terms_json(), one.contract_id, one.version, book.edition(one),
         one.lesser_of_charge, one.implausible_over, one.tolerance.cents, basis_points(one.tolerance.percent))
        for one in book.contracts
    ]  # fmt: skip


def _prices(contract: Contract) -> Iterator[tuple[Any, ...]]:
    """Each carve-out by its ranges, then the price for everything else."""
    for place, one in enumerate(contract.carve_outs):
        for part in one.procedures:
            yield (contract.contract_id, contract.version, place, one.name, *_span(part), *_basis(one))
    yield (contract.contract_id, contract.version, 1_000_000, "price", *ANY_CODE, *_basis(contract.price))


def _basis(price: Price) -> tuple[str, str | None, int, bool]:
    per_unit = price.units == "each"
    if price.fee_schedule is not None:
        return "schedule", price.fee_schedule, basis_points(price.percent), per_unit
    if price.percent_of_charge is not None:
        return "charge", None, basis_points(price.percent_of_charge), per_unit
    return "not_priced", None, 0, per_unit


def _span(procedures: str) -> tuple[str, str]:
    first, _, last = procedures.partition("-")
    return first, last or first
