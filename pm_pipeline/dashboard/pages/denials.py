"""Denials: the Pareto by whatever people ask for, what came back, and the edit that would have stopped each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import dcc, html

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.forms import filters
from pm_pipeline.dashboard.markup import named
from pm_pipeline.dashboard.pages.matter import worded
from pm_pipeline.dashboard.parts import bar, cell, dollars, empty, grid, led, panel, tile, tiles
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import LISTINGS
from pm_pipeline.dashboard.text import count, money, ratio

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

BY = [
    ("category", "Category"),
    ("carc", "Reason code (CARC)"),
    ("payer", "Payer"),
    ("provider", "Provider"),
    ("procedure", "Procedure"),
    ("root_cause", "Edit that would have stopped it"),
]
KEPT = ("from", "to", "practice", "location", "provider", "payer")
TOP = 15


def render(context: Context, doors: Doors) -> list[Any]:
    """Tiles, the Pareto, and the list."""
    by = context.state.get("by") or "category"
    form = filters(context, "/denials", ("by", *KEPT), (), {"by": BY})
    totals = context.rows("denial_totals")[0]
    if not totals["denials"]:
        return [form, empty("No denials under these filters.")]
    link = context.state.link("/list/denials", KEPT)
    head = tiles(
        [
            tile("Denied", dollars(totals["denied_amount"]), f"{count(totals['denials'])} denials", link),
            tile(
                "Open",
                dollars(totals["open_amount"]),
                f"{count(totals['open_denials'])} denials",
                context.state.link("/list/denials", KEPT, outcome="open"),
                "warn",
            ),
            tile(
                "Recovered",
                dollars(totals["recovered_amount"]),
                f"{count(totals['ended'])} ended by a payment or a person",
                context.state.link("/list/denials", KEPT, outcome="with money back"),
            ),
            tile(
                "Preventable",
                dollars(totals["preventable_amount"]),
                ratio(totals["preventable_amount"] / totals["denied_amount"]) if totals["denied_amount"] else "",
                context.state.link("/list/denials", KEPT, outcome="preventable"),
            ),
        ]
    )
    pareto = context.rows("denial_pareto", by=by)
    cause = dict(BY).get(by, "Category")
    listing, rows, sums = context.listed("denials", by=by)
    return [
        form,
        head,
        panel(
            f"By {cause[0].lower()}{cause[1:]}",
            _pareto(context, by, cause, pareto),
            export=("denial_pareto", context.state.link("", KEPT, by=by)),
        ),
        panel(
            "Denials", grid(context, listing, rows, sums, "denials"), export=("denials", context.state.link("", KEPT))
        ),
    ]


def _pareto(context: Context, by: str, title: str, rows: list[Row]) -> Any:
    """The largest causes, each with its bar; what is smaller together in the last line."""
    shown = rows[:TOP]
    lines = [_line(context, by, row) for row in shown]
    if rest := rows[TOP:]:
        sums = {
            name: sum(row[name] for row in rest)
            for name in ("denials", "denied_amount", "open_amount", "recovered_amount")
        }
        lines.append(
            html.Tr([html.Th(f"{len(rest)} smaller", scope="row"), html.Td(count(sums["denials"]), className="num"), html.Td(money(sums["denied_amount"]), className="num"), html.Td(), html.Td("100.0 %", className="num"), html.Td(money(sums["open_amount"]), className="num"), html.Td(money(sums["recovered_amount"]), className="num")])
        )  # fmt: skip
    head = [
        (title, "text"),
        ("Denials", "num"),
        ("Denied", "num"),
        ("Share", "text"),
        ("Together", "num"),
        ("Open", "num"),
        ("Recovered", "num"),
    ]
    total = {
        name: sum(row[name] for row in rows) for name in ("denials", "denied_amount", "open_amount", "recovered_amount")
    }
    every, opened, back = (
        context.state.link("/list/denials", KEPT, outcome=outcome) for outcome in (None, "open", "with money back")
    )
    foot = html.Tfoot(html.Tr([html.Th("Total", scope="row"), html.Td(led(count(total["denials"]), every), className="num"), html.Td(led(money(total["denied_amount"]), every), className="num"), html.Td(), html.Td(), html.Td(led(money(total["open_amount"]), opened), className="num"), html.Td(led(money(total["recovered_amount"]), back), className="num")]))  # fmt: skip
    return html.Div(
        html.Table([html.Thead(html.Tr([html.Th(word, scope="col", className=style) for word, style in head])), html.Tbody(lines), foot]),
        className="scroll", tabIndex=0, role="region", **named(aria_label="Denials by cause"),
    )  # fmt: skip


def _line(context: Context, by: str, row: Row) -> Any:
    to = context.state.link("/list/denials", KEPT, by=by, value=row["value"])
    opened = context.state.link("/list/denials", KEPT, by=by, value=row["value"], outcome="open")
    meaning = worded(str(row["value"]), by).partition(": ")[2] if by in ("category", "carc") else ""
    back = context.state.link("/list/denials", KEPT, by=by, value=row["value"], outcome="with money back")
    kind = {"payer": "payer", "provider": "provider"}.get(by, "text")
    name = (
        context.names.of_kind(kind, row["value"])
        if kind != "text"
        else cell(context, LISTINGS["denial_pareto"].columns[0], row["value"])
    )
    return html.Tr(
        [
            html.Th([dcc.Link(name, href=to), html.Span(meaning, className="said words")], scope="row"),
            html.Td(led(count(row["denials"]), to), className="num"),
            html.Td(led(money(row["denied_amount"]), to), className="num"),
            html.Td(html.Div([bar(row["share"]), html.Span(ratio(row["share"]))], className="share")),
            html.Td(ratio(row["cumulative_share"]), className="num"),
            html.Td(led(money(row["open_amount"]), opened), className="num"),
            html.Td(led(money(row["recovered_amount"]), back), className="num"),
        ]
    )
