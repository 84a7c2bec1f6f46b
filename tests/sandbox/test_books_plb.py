"""The books know every PLB reason the ledger posts, by the same account, though neither was written from the other."""

from __future__ import annotations

import csv
import datetime as dt
from importlib import resources
from pathlib import Path

from pm_pipeline.sandbox.books import summary
from pm_pipeline.sandbox.store import Store

ROWS = list(csv.DictReader(resources.files("pm_pipeline.codes").joinpath("plb.csv").read_text().splitlines()))
DAY = dt.date(2026, 6, 20)


def test_every_reason_moves_the_account_the_ledger_moves(tmp_path: Path) -> None:
    expected: dict[str, int] = {}
    store = Store(tmp_path / "books.sqlite", "plb")
    for place, row in enumerate(ROWS, start=1):
        cents = -(1 << place)  # sums of different reasons cannot be taken for each other
        store.add(
            "payment", payment_id=f"P{place}", payer_id="BLHRB", trace=f"T{place}", originator="1", method="ACH",
            paid_cents=-cents, effective_on=DAY.isoformat(), released_on=DAY.isoformat(),
        )  # fmt: skip
        store.do("INSERT INTO provider_adjustment VALUES (?, 1, ?, 'R', ?)", [f"P{place}", row["reason_code"], cents])
        expected[row["account"]] = expected.get(row["account"], 0) - cents
    totals = summary(store, DAY, []).totals
    store.close()
    found = dict(totals.provider) | {
        "RECOUP_DUE": totals.recoup_due["BLHRB"], "INTEREST_INCOME": totals.interest_cents, "UNAPPLIED": totals.suspense_cents
    }  # fmt: skip
    assert found == expected
