"""The demo on a small scale: both books agree to the cent, doing it again changes nothing, order does not matter."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from pathlib import Path

import duckdb
from rich.console import Console

from pm_pipeline.demo import run_demo
from pm_pipeline.demo.reconcile import reconcile
from pm_pipeline.exchange import embedded, stop_embedded
from pm_pipeline.sandbox.plan import Plan
from tests.demo.shuffle import replay
from tests.lived import DAYS, EVENTFUL, Lived, installed


def test_our_ledger_and_the_sandboxs_books_agree_to_the_cent(lived: Lived) -> None:
    compared = lived.report.document["reconciliation"]
    assert lived.report.agrees
    assert [one["name"] for one in compared["lines"] if one["ledger_cents"] != one["books_cents"]] == []
    assert compared["claims_differing"] == {}
    assert compared["claims_compared"] >= 60
    money = {one["name"]: one["books_cents"] for one in compared["lines"]}
    assert money["Charges"] > money["Insurance payments"] > 0
    assert money["Contractual write-offs"] > 0
    assert money["A/R patient"] > 0


def test_the_days_held_every_kind_of_event(lived: Lived) -> None:
    with lived.home.warehouse.read() as con:
        remits = {row[0] for row in con.execute("SELECT DISTINCT status FROM remittance.claim").fetchall()}
        turns = {row[0] for row in con.execute("SELECT DISTINCT payer_turn FROM posting.posting").fetchall()}
        plb = con.execute("SELECT count(*) FROM remittance.provider_adjustment").fetchone()
        kinds = {row[0] for row in con.execute("SELECT DISTINCT txn_kind FROM ledger.txn").fetchall()}
    assert {"1", "22"} <= remits
    assert {"primary", "secondary"} <= turns
    assert plb != (0,)
    assert {"charge", "remit_line"} <= kinds
    assert {"denied", "paid"} <= {one["state"] for one in lived.status["claims_by_state"]}
    charges = next(one for one in lived.status["feeds"] if one["feed"] == "charges")
    assert charges["quarantined"] > 0
    assert charges["rows_in"] == charges["loaded"] + charges["known"] + charges["quarantined"]


def test_the_page_at_the_end_shows_both_books_and_the_rate_with_its_denominator(lived: Lived) -> None:
    lines = lived.status["auto_post"]["lines"]
    assert f"of lines ({lines['posted']:,} of {lines['of']:,})" in " ".join(lived.printed.split())
    assert "Our ledger and the sandbox's own books" in lived.printed
    assert "Every invariant of the ledger holds." in lived.printed
    assert lived.report.document["ledger_hash"] in lived.printed


def test_a_cent_that_differs_is_named_with_its_claim(lived: Lived, tmp_path: Path) -> None:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(lived.home.settings.warehouse_path, copy)
    with installed(lived.home.settings.home.parent) as home:
        world = embedded(home, Plan.shipped(**EVENTFUL)).world
        books = world.summary(world.plan.first_day.replace(day=DAYS))
        stop_embedded()
    with duckdb.connect(copy) as con:
        claim = con.execute("SELECT min(claim_id) FROM ledger.entry WHERE entry_kind = 'payment'").fetchone()
        assert claim
        con.execute(
            "UPDATE ledger.entry SET cents = cents + 1 WHERE entry_id = "
            "(SELECT min(entry_id) FROM ledger.entry WHERE claim_id = ? AND account = 'AR')",
            claim,
        )
        found = reconcile(con, books)
    assert not found.agrees
    assert list(found.differing) == [claim[0]]


def test_land_everything_again_elsewhere_under_other_names_in_another_order_and_the_ledger_is_the_same(
    lived: Lived, tmp_path: Path
) -> None:
    first, last = (dt.date.fromisoformat(lived.report.document[name]) for name in ("from", "to"))
    assert replay(lived.landed_files(), first, last, 7, tmp_path) == (lived.report.document["ledger_hash"], 0)


def test_living_all_days_again_changes_nothing(lived: Lived) -> None:
    out = io.StringIO()
    with installed(lived.home.settings.home.parent):
        again = run_demo(DAYS, fresh=False, console=Console(file=out, width=200), plan=Plan.shipped(**EVENTFUL))
    assert again.agrees
    assert again.document["ledger_hash"] == lived.report.document["ledger_hash"]
    assert again.document["claims"] == lived.report.document["claims"]
    assert "Running all days again changed nothing." in out.getvalue()
