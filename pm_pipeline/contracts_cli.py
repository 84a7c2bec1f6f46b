"""`pm contracts`: what payers promised to allow, how much of their answers that can price, and what they underpaid."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from pm_pipeline.console import as_json, out, print_json
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    from pm_pipeline.config.contracts import Contract, Price
    from pm_pipeline.home import Home


@click.group()
def contracts() -> None:
    """Payers' contracts (config/contracts.yaml): what they allow, what they can price, what was underpaid.

    \b
    pm contracts list                 every contract version, its coverage and what is underpaid
    pm contracts show CONTRACT_ID     its terms, and what it has no price for
    pm contracts underpaid            underpaid lines, most to recover first
    """


@contracts.command("list")
@as_json
def list_(json_: bool) -> None:
    """Every version of every contract, with its coverage and what is underpaid.

    Coverage is the share of the lines, and of the charges, of the payer's standing answers that the contract can price.
    A payer without a contract on the day of service has a line of its own.
    """
    from pm_pipeline.audit.render import rows_table
    from pm_pipeline.home import open_home

    home = open_home()
    rows = _listed(home)
    if json_:
        print_json(rows)
    elif rows:
        out.print(rows_table("Contracts", [_shown(one) for one in rows]))
    else:
        out.print("There are no contracts. Write them into contracts.yaml.")


@contracts.command()
@click.argument("contract_id")
@as_json
def show(contract_id: str, json_: bool) -> None:
    """The terms of a contract, version by version, and the procedures it has no price for."""
    from pm_pipeline.audit.render import rows_table
    from pm_pipeline.home import open_home

    home = open_home()
    versions = [one for one in home.config.contracts.contracts if one.contract_id == contract_id]
    if not versions:
        known = ", ".join(sorted({one.contract_id for one in home.config.contracts.contracts})) or "none"
        raise PmError(f"There is no contract {contract_id!r} in contracts.yaml. Known: {known}.")
    gaps = _read(home, "contract_gaps.sql", {"payer": versions[0].payer_id})
    document = [
        {
            **one.model_dump(mode="json"),
            "edition": home.config.contracts.edition(one),
            "schedules": {
                name: len(home.config.contracts.schedules[name])
                for name in sorted({price.fee_schedule for price in one.prices if price.fee_schedule})
            },
        }
        for one in versions
    ]
    if json_:
        print_json({"versions": document, "not_priced": gaps})
        return
    for one in versions:
        _print_terms(home, one)
    out.print(rows_table("Not priced", gaps) if gaps else "Not priced: nothing")


@contracts.command()
@click.option("--payer", help="Of this payer only (payer_id).")
@click.option(
    "--min",
    "at_least",
    type=click.FloatRange(min=0),
    default=0,
    help="Claims with at least so many dollars to recover.",
)
@as_json
def underpaid(payer: str | None, at_least: float, json_: bool) -> None:
    """Lines a payer allowed less for than its contract says, beyond tolerance; most to recover first.

    What can be recovered is the payer's part: the patient's coinsurance grows with the allowed amount too. Lines that were
    denied are not here (`pm status`), nor what the contract cannot price (`pm contracts show`).
    """
    from pm_pipeline.audit.render import money, rows_table
    from pm_pipeline.home import open_home

    home = open_home()
    payers = {one.payer_id for one in home.config.payers}
    if payer is not None and payer not in payers:
        raise PmError(f"There is no payer {payer!r} in payers.yaml. Known: {', '.join(sorted(payers))}.")
    cents = int(Decimal(str(at_least)) * 100)
    rows = _read(home, "contract_reports.sql", {"payer": payer, "min_cents": cents})
    total = sum(row["recoverable_cents"] for row in rows)
    claims = len({row["claim_id"] for row in rows})
    if json_:
        print_json({"claims": claims, "lines": rows, "recoverable_cents": total})
        return
    if rows:
        wanted = ("claim_id", "payer_id", "contract_id", "procedure_code", "modifiers", "units", "service_on", "expected_cents",
                  "actual_cents", "variance_cents", "recoverable_cents")  # fmt: skip
        out.print(rows_table("Underpaid", [{name: row[name] for name in wanted} for row in rows]))
    out.print(f"{claims} claims, {len(rows)} lines, {money(total)} to recover.")


def _listed(home: Home) -> list[dict[str, Any]]:
    found = {(row["payer_id"], row["contract_id"], row["contract_version"]): row for row in _coverage(home)}
    rows: list[dict[str, Any]] = []
    for one in home.config.contracts.contracts:
        row = found.pop((one.payer_id, one.contract_id, one.version), {})
        rows.append(_row(one.payer_id, one, row))
    return rows + [_row(payer, None, row) | {"contract_id": contract_id, "version": version}
                   for (payer, contract_id, version), row in sorted(found.items(), key=str)]  # fmt: skip


def _row(payer_id: str, contract: Contract | None, figures: dict[str, Any]) -> dict[str, Any]:
    lines, charge = figures.get("lines", 0), figures.get("charge_cents", 0)
    return {
        "contract_id": contract.contract_id if contract else None,
        "version": contract.version if contract else None,
        "payer_id": payer_id,
        "effective_from": contract.effective_from.isoformat() if contract else None,
        "effective_to": contract.effective_to.isoformat() if contract and contract.effective_to else None,
        "price": _said(contract.price) if contract else "no contract on the day of service",
        "lines": lines,
        "coverage_of_lines": round(figures["priced_lines"] / lines, 4) if lines else None,
        "coverage_of_charges": round(figures["priced_charge_cents"] / charge, 4) if charge else None,
        "as_expected": figures.get("as_expected", 0),
        "underpaid": figures.get("underpaid", 0),
        "overpaid": figures.get("overpaid", 0),
        "recoverable_cents": figures.get("recoverable_cents", 0),
    }


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    shares = {
        name: "" if row[name] is None else f"{row[name]:.1%}" for name in ("coverage_of_lines", "coverage_of_charges")
    }
    return row | shares


def _said(price: Price) -> str:
    if price.fee_schedule is not None:
        share = "" if price.percent == 100 else f"{price.percent.normalize():f}% of "
        return f"{share}{price.fee_schedule}{'' if price.units == 'each' else ', one price a line'}"
    return (
        f"{price.percent_of_charge.normalize():f}% of charge" if price.percent_of_charge is not None else "not priced"
    )


def _print_terms(home: Home, one: Contract) -> None:
    until = f"to {one.effective_to}" if one.effective_to else "on"
    out.print(
        f"[bold]{one.contract_id} version {one.version}[/] of {one.payer_id}, for services from {one.effective_from} {until}"
    )
    prices = len(home.config.contracts.schedules[one.price.fee_schedule]) if one.price.fee_schedule else 0
    facts = {
        "price": _said(one.price) + (f" ({prices} prices)" if prices else ""),
        **{f"but {part.name}": f"{', '.join(part.procedures)}: {_said(part)}" for part in one.carve_outs},
        "modifiers": ", ".join(f"{part.modifier} {part.percent.normalize():f}%" for part in one.modifiers),
        "multiple procedures": ", ".join(f"{share.normalize():f}%" for share in one.multiple_procedures.percents)
        + f" for {', '.join(one.multiple_procedures.procedures)}" if one.multiple_procedures else "",
        "never above charge": "yes" if one.lesser_of_charge else "no",
        "tolerance": f"{one.tolerance.cents} cents or {one.tolerance.percent.normalize():f}%, the larger",
        "edition": home.config.contracts.edition(one),
    }  # fmt: skip
    for name, text in facts.items():
        if text:
            out.print(f"  {name:<20} {text}", highlight=False)


def _coverage(home: Home) -> list[dict[str, Any]]:
    return _read(home, None, {})


def _read(home: Home, file: str | None, params: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of the warehouse as plain data; none before the first run. file None: the coverage view."""
    from pm_pipeline.warehouse import records, run_sql

    if not home.warehouse.path.exists():
        return []
    with home.warehouse.read() as con:
        if file is None:
            rows = records(con, "SELECT * FROM receivables.contract_coverage")
        else:
            rows = records(run_sql(con, "pm_pipeline.receivables", file, params))
    return json.loads(json.dumps(rows, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)
