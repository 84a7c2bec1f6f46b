"""Contracts for tests: a book of one contract, charges as a test wants them, and what was found of each line."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from pm_pipeline.config.contracts import Contract, ContractBook
from pm_pipeline.config.fee_schedule import Fee
from tests.money import World

YEAR = dt.date(2026, 1, 1)


def fee(cents: int | None, code: str = "99213", modifier: str | None = None, place: str | None = None,
        since: dt.date = YEAR, until: dt.date | None = None, row: int = 2) -> Fee:  # fmt: skip
    """One price of a schedule."""
    return Fee(code, modifier, place, cents, since, until, row)


def contract(**terms: Any) -> Contract:
    """Version 1 of BLHRB's contract, by the schedule `plan`, no tolerance; changed by `terms`."""
    shipped: dict[str, Any] = {
        "contract_id": "PPO", "payer_id": "BLHRB", "version": 1, "owner": "x", "effective_from": YEAR,
        "price": {"fee_schedule": "plan"}, "tolerance": {"cents": 0, "percent": 0},
    }  # fmt: skip
    return Contract.model_validate(shipped | terms)


def agree(world: World, *fees: Fee, others: dict[str, tuple[Fee, ...]] | None = None, **terms: Any) -> None:
    """Give the practice this one contract, with `fees` (99213 for 80.00 when none) as its schedule."""
    use(world, contract(**terms), schedules={"plan": fees or (fee(8_000),), **(others or {})})


def use(world: World, *contracts: Contract, schedules: dict[str, tuple[Fee, ...]]) -> None:
    """Give the practice these contracts."""
    world.config = replace(world.config, contracts=ContractBook(("253",), contracts, schedules))


def bill(world: World, claim_id: str, charges: dict[str, int], payer: str = "BLHRB", **given: Any) -> None:
    """A claim whose charges are not plain 99213: columns of charges.charge, one value for all or a dict by charge."""
    world.bill(claim_id, charges, payer=payer)
    for column, value in given.items():
        for charge_id in charges:
            one = value[charge_id] if isinstance(value, dict) else value
            world.con.execute(f"UPDATE charges.charge SET {column} = ? WHERE charge_id = ?", [one, charge_id])


def found(world: World, *columns: str, claim_id: str | None = None) -> list[tuple[Any, ...]]:
    """Columns of the standing lines, in the order of their charges."""
    return world.con.execute(
        f"SELECT {', '.join(columns)} FROM receivables.standing_contract_line "
        "WHERE $claim_id IS NULL OR claim_id = $claim_id ORDER BY charge_id NULLS LAST, posting_key, remit_line_id",
        {"claim_id": claim_id},
    ).fetchall()


def underpayments(world: World) -> list[tuple[str, int]]:
    """(claim, cents) of the open work items."""
    return world.con.execute(
        "SELECT claim_id, cents FROM receivables.open_work WHERE kind = 'underpayment' ORDER BY 1"
    ).fetchall()
