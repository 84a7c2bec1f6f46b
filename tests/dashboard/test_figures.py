"""Rows under a number add up to it, on every page; and figures of the small practice are those worked out by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from pm_pipeline.codes import meanings
from pm_pipeline.dashboard import pages
from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.pages import aging
from pm_pipeline.dashboard.server import Doors
from pm_pipeline.dashboard.tables import LISTINGS
from pm_pipeline.errors import PmError
from tests.dashboard.site import SENT

Ask = Callable[[str], Context]
MONEY = re.compile(r"-?\$?-?[\d,]+\.\d\d")


def nodes(component: Any) -> Iterator[Any]:
    """Every component of a page."""
    if isinstance(component, list | tuple):
        for one in component:
            yield from nodes(one)
    elif component is not None:
        yield component
        if not isinstance(component, str | int | float):
            yield from nodes(getattr(component, "children", None))


def links(component: Any) -> list[tuple[str, str]]:
    """What leads somewhere, and where."""
    found = [
        (one.children, str(getattr(one, "href", "") or ""))
        for one in nodes(component)
        if hasattr(one, "href") or type(one).__name__ == "Link"
    ]
    return [(text, href) for text, href in found if isinstance(text, str)]


@pytest.mark.parametrize("base", ["service_date", "first_bill", "responsibility_start"])
def test_balances_add_up_to_every_cell_of_the_aging(doors: Doors, base: str) -> None:
    days = [row["as_of_date"] for row in doors.published.rows("as_of_days", {})]
    assert len(days) == 7
    for day in days:
        cells = doors.published.rows("aging", {"as_of": day, "base": base})
        assert cells or str(day) < "2026-02-01"
        for cell in cells:
            asked = {"as_of": day, "base": base, "payer": cell["payer_id"], "bucket": cell["bucket"]}
            below = doors.published.totals("balances", asked, ("amount",))
            assert (below["amount"], below["rows"]) == (cell["amount"], cell["balances"]), (day, cell)


def test_the_rows_of_a_kpi_add_up_to_what_each_payer_and_provider_adds(doors: Doors) -> None:
    compared = 0
    for day in [row["as_of_date"] for row in doors.published.rows("as_of_days", {})]:
        for figure in doors.published.rows("kpis", {"as_of": day}):
            for part in doors.published.rows("kpi_parts", {"as_of": day, "kpi": figure["kpi"]}):
                provider = None if part["provider_id"] == "all" else part["provider_id"]
                asked = {"as_of": day, "kpi": figure["kpi"], "payer": part["payer_id"], "provider": provider}
                below = doors.published.totals("kpi_rows", asked, ("numerator", "denominator"))
                if figure["statistic"] == "percentile":
                    assert below["denominator"] == part["denominator"], asked
                    rows = doors.published.rows("kpi_rows", asked)
                    days = sorted(row["numerator"] for row in rows for _ in range(int(row["denominator"])))
                    place = math.ceil((0.9 if figure["kpi"].endswith("p90") else 0.5) * len(days))
                    assert part["value"] == days[place - 1], asked
                else:
                    stated = (float(part["numerator"]), float(part["denominator"] or 0))
                    assert (below["numerator"], below["denominator"]) == pytest.approx(stated, abs=1e-6), asked
                compared += 1
    assert compared > 300


def test_kpis_of_the_latest_day_by_hand(ask: Ask) -> None:
    found = {row["kpi"]: row for row in ask("").rows("kpis", as_of="2026-07-15")}
    assert found["days_in_ar_gross"]["value"] == pytest.approx(975 / (1_195 / 90))
    assert found["clean_claim_rate"]["value"] == pytest.approx(4 / 5)
    only = {row["kpi"]: row for row in ask("payer=GOLD").rows("kpis", as_of="2026-07-15")}
    assert only["initial_denial_rate_claims_by_remits"]["numerator"] == 0


def test_every_worklist_total_is_the_sum_of_its_rows(doors: Doors) -> None:
    lists = doors.published.rows("worklist_summary", {})
    assert {"denials", "posting_exceptions"} <= {one["worklist"] for one in lists}
    for one in lists:
        below = doors.published.totals("worklist", {"worklist": one["worklist"]}, ("amount",))
        assert (below["rows"], below["amount"]) == (one["items"], one["amount"])
        assert (
            doors.published.totals("worklist", {"worklist": one["worklist"], "due": "overdue"}, ())["rows"]
            == one["overdue"]
        )


@pytest.mark.parametrize("by", ["category", "carc", "payer", "provider", "procedure", "root_cause"])
def test_denials_add_up_to_every_line_of_the_pareto(doors: Doors, by: str) -> None:
    lines = doors.published.rows("denial_pareto", {"by": by})
    assert (
        sum(line["denied_amount"] for line in lines)
        == doors.published.rows("denial_totals", {})[0]["denied_amount"]
        > 0
    )
    assert lines[-1]["cumulative_share"] == pytest.approx(1)
    for line in lines:
        below = doors.published.totals(
            "denials", {"by": by, "value": line["value"]}, ("denied_amount", "recovered_amount")
        )
        assert (below["rows"], below["denied_amount"], below["recovered_amount"]) == (
            line["denials"],
            line["denied_amount"],
            line["recovered_amount"],
        )


def test_lists_add_up_to_the_figures_of_a_payer(doors: Doors) -> None:
    for row in doors.published.rows("payers", {}):
        payer = {"payer": row["payer_id"]}
        assert doors.published.totals("first_bills", payer, ())["rows"] == row["sent"]
        assert doors.published.totals("first_answers", payer, ())["rows"] == row["answered"]
        assert doors.published.totals("first_answers", {**payer, "state": "denied"}, ("charge_amount",)) == {
            "rows": row["denied"],
            "charge_amount": row["denied_charge_amount"],
        }
        assert (
            doors.published.totals("balances", {**payer, "base": "first_bill"}, ("amount",))["amount"]
            == row["open_amount"]
        )


def test_findings_and_payments_add_up(doors: Doors) -> None:
    for row in doors.published.rows("rule_hits", {}):
        asked = {"rule": row["rule_id"], "severity": row["severity"]}
        assert doors.published.totals("findings", asked, ())["rows"] == row["findings"]
        assert doors.published.totals("findings", {**asked, "state": "open"}, ())["rows"] == row["open_findings"]
        of_claims = doors.published.totals("finding_claims", asked, ("findings",))
        assert of_claims == {"rows": row["claims"], "findings": row["findings"]}
    for row in doors.published.rows("remittance_summary", {}):
        asked = {"deposit_state": row["deposit_state"], "posting_state": row["posting_state"]}
        assert doors.published.totals("remittances", asked, ("paid_amount",)) == {
            "rows": row["payments"],
            "paid_amount": row["paid_amount"],
        }
    for payment in doors.published.rows("remittances", {}):
        assert doors.published.rows("remittances", {"payment": payment["payment_id"]}) == [payment]
        accounts = doors.published.rows("payment_accounts", {"payment": payment["payment_id"]})
        assert sum(one["amount"] for one in accounts) == Decimal(0)


def test_the_entries_of_a_claim_are_its_balance(doors: Doors) -> None:
    for number in range(1, 14):
        claim = f"C{number:02}"
        stated = doors.published.rows("claim", {"claim": claim})[0]["balance_amount"]
        assert doors.published.totals("entries", {"claim": claim, "account": "AR"}, ("amount",))["amount"] == stated


@pytest.mark.parametrize(
    "path", [path for path in pages.PAGES if path not in ("/kpi", "/remittance", "/file", "/access")]
)
@pytest.mark.parametrize(
    "search", ["", "payer=BLUE&provider=P1", "from=2026-02-01&to=2026-02-28&payer=GOLD", "payer=NOBODY"]
)
def test_every_page_is_made_under_the_filters_it_knows_and_leads_only_to_pages(
    doors: Doors, ask: Ask, path: str, search: str
) -> None:
    given = [pair for pair in search.split("&") if pair.split("=")[0] in pages.PAGES[path].filters]
    if search and "&".join(given) != search:
        with pytest.raises(PmError, match="cannot be filtered by"):
            pages.render(path, ask(search), doors)
    page, title = pages.render(path, ask("&".join(given)), doors)
    assert title == pages.PAGES[path].title
    for text, href in links(page):
        where, _, query = href.partition("?")
        if where.startswith(("/list/", *pages.PAGES)) and not where.startswith(("http", "/export", "/documents/")):
            pages.render(where, ask(query), doors) if where != "/access" else None
        assert href.startswith(("/", "http://127.0.0.1:3000/")), (text, href)


def test_the_number_of_a_link_is_the_sum_of_the_list_it_leads_to(doors: Doors, ask: Ask) -> None:
    """As a person would check it: read the number, follow it, read the sum."""
    followed = 0
    asked = [(path, "") for path in ("/aging", "/denials", "/payers", "/remittances", "/")]
    asked += [
        ("/aging", "base=first_bill"),
        ("/aging", "party=primary"),
        *(("/trace", f"claim=C{number:02}") for number in range(1, 14)),
    ]
    for path, search in asked:
        page, _ = pages.render(path, ask(search), doors)
        dead = [
            one.children
            for one in nodes(page)
            if type(one).__name__ == "Span" and getattr(one, "className", "") == "figure"
        ]
        assert not [figure for figure in dead if figure not in ("0", "$0.00")], (
            path,
            search,
        )  # every figure leads somewhere
        for text, href in links(page):
            where, _, query = href.partition("?")
            # what leads to all first answers of a payer is how many there are, and in how many days they came: no sum
            if (
                not where.startswith("/list/")
                or not MONEY.fullmatch(text)
                or href.startswith("/list/first_answers?payer")
            ):
                continue
            behind = pages.render(where, ask(query), doors)[0]
            sums = [one.children for one in nodes(behind) if getattr(one, "data-sum", None)]
            negated = (
                text.replace("$", "").lstrip("-") if path == "/trace" else None
            )  # what lowers A/R stands there as a credit
            assert text.replace("$", "") in sums or f"-{negated}" in sums, (path, text, href, sums)
            followed += 1
    assert followed > 60


def test_the_aging_has_every_bucket_whether_something_is_in_it_or_not(doors: Doors, ask: Ask) -> None:
    page, _ = pages.render("/aging", ask("as_of=2026-02-28"), doors)
    heads = [one.children for one in nodes(page) if type(one).__name__ == "Th"]
    assert [head for head in heads if head in aging.BUCKETS[:5]] == list(aging.BUCKETS[:5])


def test_a_denial_leads_to_where_it_is_worked_and_the_kpis_to_the_denials(doors: Doors, ask: Ask) -> None:
    assert {one.name: one.to for one in LISTINGS["denials"].columns}["denial_id"] == "/item"
    by_category, _ = pages.render("/denials", ask("by=category"), doors)
    assert meanings("category")["BUNDLING"] in [one for one in nodes(by_category) if isinstance(one, str)]
    page, _ = pages.render("/kpis", ask("payer=BLUE"), doors)
    assert ("Denials", "/denials?payer=BLUE") in links(page)


def test_a_file_we_sent_says_to_whom_and_nothing_of_its_answers(doors: Doors, ask: Ask) -> None:
    [row] = doors.published.rows("files", {"file": SENT})
    assert row["partners"] == "clearinghouse"
    page, _ = pages.render("/file", ask(f"file={SENT}"), doors)
    names = [one.children for one in nodes(page) if type(one).__name__ == "Dt"]
    assert "Partner" in names
    assert not {"Seen", "Sets"} & set(names)


def test_the_trace_of_a_claim_leads_to_what_of_it_waits_for_a_person(doors: Doors, ask: Ask) -> None:
    page, _ = pages.render("/trace", ask("claim=C02"), doors)
    number = doors.published.totals("worklist", {"claim": "C02"}, ())["rows"]
    assert number > 0
    assert (str(number), "/list/worklist?claim=C02") in links(page)


def test_a_claim_is_traced_to_its_entries_file_and_run(doors: Doors, ask: Ask) -> None:
    page, _ = pages.render("/trace", ask("claim=C01"), doors)
    words = [one for one in nodes(page) if isinstance(one, str)]
    assert {"charges", "ledger", "remittance", "posting", "receivables"} <= set(words)
    hrefs = [href for _, href in links(page)]
    assert any(href.startswith("/file?file=") and href.endswith("segment=6") for href in hrefs)
    assert any(href.startswith("http://127.0.0.1:3000/runs/") for href in hrefs)
    entries = [href for href in hrefs if href.startswith("/list/entries?entry=")]
    assert len(entries) == doors.published.totals("entries", {"claim": "C01"}, ())["rows"] > 0
    assert not any("Quince" in word for word in words)


@pytest.mark.parametrize(("path", "search", "said"), [
    ("/nowhere", "", "no page"), ("/list/nothing", "", "no list"), ("/list/balances", "state=open", "cannot be filtered by state"),
    ("/kpi", "kpi=luck", "no KPI"), ("/remittance", "payment=none", "no payment"), ("/file", "file=none", "no file"), ("/access", "", "administrators and auditors"),
])  # fmt: skip
def test_an_address_that_leads_nowhere_is_told_of(doors: Doors, ask: Ask, path: str, search: str, said: str) -> None:
    with pytest.raises(PmError, match=said):
        pages.render(path, ask(search), doors)


@pytest.mark.parametrize(
    ("path", "search"),
    [("/", ""), ("/kpi", "kpi=charge_lag_median"), ("/aging", ""), ("/denials", ""), ("/payers", ""), ("/scrub", ""), ("/remittances", ""),
     ("/remittance", "payment=PAY1"), ("/trace", "claim=C01"), ("/files", ""), ("/list/balances", "")],
)  # fmt: skip
def test_every_panel_with_a_table_hands_it_out(doors: Doors, ask: Ask, path: str, search: str) -> None:
    page, _ = pages.render(path, ask(search), doors)
    panels = [one for one in nodes(page) if getattr(one, "className", "") == "panel"]
    tables = [one for one in panels if {"Table", "AgGrid"} & {type(part).__name__ for part in nodes(one)}]
    assert tables
    for one in tables:
        kinds = {href.partition("?")[0].rpartition(".")[2] for _, href in links(one) if href.startswith("/export/")}
        assert kinds == {"csv", "xlsx"}, [part.children for part in nodes(one) if type(part).__name__ == "H2"]
