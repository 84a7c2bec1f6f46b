"""KPIs: every figure the mart `definition` knows, with what it means, and the way from a figure to its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import dcc, html

from pm_pipeline.config.dashboard import Target
from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.forms import filters
from pm_pipeline.dashboard.markup import named
from pm_pipeline.dashboard.parts import empty, exports, facts, panel, spark, table
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import Column
from pm_pipeline.dashboard.text import NOTHING, day, figure, number
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

KEPT = ("practice", "provider", "payer", "as_of")
# the order of the families of the seed `definition`; one that is not named here comes after them
FAMILIES = ("Receivables", "Collections", "Denials", "Submission", "Posting", "Turnaround", "Front office")
WORDS = {"ar": "A/R", "ta1": "TA1", "277ca": "277CA", "pos": "POS", "p90": "90th percentile"}
SUMS = "Numerators and denominators add up to the figure; ratios are never averaged. Each number leads to its claims or payments."
PERCENTILES = "The fewest days within which so many were done; days of payers do not add up. Each number leads to its claims or payments."


def overview(context: Context, doors: Doors) -> list[Any]:
    """A card for each KPI, by family."""
    trend: dict[str, list[Row]] = {}
    for row in context.rows("kpi_trend", as_of=context.as_of, kpi=None):
        trend.setdefault(str(row["kpi"]), []).append(row)
    cards: dict[str, list[Any]] = {}
    for row in context.rows("kpis", as_of=context.as_of, kpi=None):
        cards.setdefault(str(row["family"]), []).append(_card(context, row, trend.get(str(row["kpi"]), [])))
    order = [*FAMILIES, *(name for name in cards if name not in FAMILIES)]
    sections = [
        html.Section(
            [html.H2(name), *_beside(context, name), html.Div(cards[name], className="cards")], className="family"
        )
        for name in order
        if name in cards
    ]
    top = html.Div([_filters(context, "/kpis"), exports("kpis", context.state.link("", KEPT))], className="filters-row")
    return [top, *sections]


def one(context: Context, doors: Doors) -> list[Any]:
    """One KPI: definition, trend, what each payer and provider adds to it, and its rows."""
    found = [row for row in context.rows("kpis", as_of=context.as_of) if context.state.get("kpi")]
    if len(found) != 1:
        raise PmError("There is no KPI of that name. Choose one on the page KPIs.")
    row, name = found[0], str(found[0]["kpi"])
    trend = context.rows("kpi_trend", as_of=context.as_of)
    target = context.settings.targets.get(name)
    listing, parts, sums = context.listed("kpi_parts", as_of=context.as_of)

    def to(column: Column, part: Row) -> str | None:
        wanted = ("numerator", "denominator", "value")
        payer, provider = part.get("payer_id"), part.get("provider_id")
        return context.state.link("/list/kpi_rows", KEPT, kpi=name, as_of=context.as_of, **({"payer": payer} if payer else {}), **({"provider": provider} if provider not in (None, "all") else {})) if column.name in wanted else None  # fmt: skip

    def back(column: Column, past: Row) -> str | None:
        page = "/kpi" if column.name == "as_of_date" else "/list/kpi_rows"
        return context.state.link(page, KEPT, kpi=name, as_of=past["as_of_date"])

    history = (Column("as_of_date", "As of", "day"), Column("value", "Value", "text"), Column("numerator", "Numerator", "number"), Column("denominator", "Denominator", "number"))  # fmt: skip
    past = [{**one, "value": figure(one["value"], row["unit"])} for one in reversed(trend)]
    address = context.state.link("", KEPT, kpi=name, as_of=context.as_of)
    details = [
        ("Meaning", row["meaning"]), ("Numerator", _part(row, "counts", "numerator")), ("Denominator", _part(row, "out_of", "denominator")),
        ("Date basis", row["date_basis"]), ("Period", f"{day(row['period_start'])} to {day(row['period_end'])}"),
        ("Target", _band(target, row["unit"])), ("Definition", f"version {row['definition_version']}"), ("Note", row["note"] or NOTHING),
    ]  # fmt: skip
    head = html.Div(
        [
            html.Span(figure(row["value"], row["unit"]), className="figure big"),
            _judged(row, target),
            spark([part["value"] for part in trend], "Trend"),
        ],
        className="headline",
    )
    return [
        _filters(context, "/kpi", ("kpi",)),
        panel(title(name), [head, facts(details)]),
        panel(
            "By payer and provider",
            table(context, listing.columns, parts, "By payer and provider", to, sums) if parts else empty("Nothing to count."),
            note=SUMS if row["statistic"] != "percentile" else PERCENTILES,
            export=("kpi_parts", address),
        ),
        panel("Earlier days", table(context, history, past, "Earlier days", back), export=("kpi_trend", address)),
    ]  # fmt: skip


def _part(row: Row, meaning: str, amount: str) -> str:
    return str(row[meaning]) if row[amount] is None else f"{row[meaning]}: {number(row[amount])}"


def title(name: str) -> str:
    """A KPI's name for people: days_in_ar_gross -> Days in A/R gross."""
    words = " ".join(WORDS.get(word, word) for word in name.split("_"))
    return words[0].upper() + words[1:]


def _beside(context: Context, family: str) -> list[Any]:
    """Where a family's figures are broken down further."""
    if family != "Denials":
        return []
    page = dcc.Link("Denials", href=context.state.link("/denials", ("practice", "provider", "payer")))
    return [html.P(["By category, reason, payer, provider and procedure: ", page, "."], className="note")]


def _card(context: Context, row: Row, trend: list[Row]) -> Any:
    name = str(row["kpi"])
    target = context.settings.targets.get(name)
    href = context.state.link("/kpi", KEPT, kpi=name)
    parts = f"{number(row['numerator'])} / {number(row['denominator'])}"
    if row["statistic"] == "percentile":
        parts = f"of {number(row['denominator'])}"
    return html.Article(
        [
            html.H3(dcc.Link(title(name), href=href)),
            html.Div([dcc.Link(figure(row["value"], row["unit"]), href=href, className="figure"), spark([one["value"] for one in trend], f"Trend of {title(name)}")], className="figure-row"),
            _judged(row, target),
            html.P(row["meaning"], className="meaning"),
            html.Dl(
                [
                    html.Div([html.Dt("Parts"), html.Dd(parts)]),
                    html.Div([html.Dt("Date basis"), html.Dd(row["date_basis"])]),
                    html.Div([html.Dt("Period"), html.Dd(f"{day(row['period_start'])} to {day(row['period_end'])}")]),
                ],
                className="facts small",
            ),
        ],
        className="card",
        **named(data_kpi=name),
    )  # fmt: skip


def _judged(row: Row, target: Target | None) -> Any:
    if row["value"] is None:
        return html.P(row["note"] or "Nothing to count.", className="judged none")
    if target is None:
        return html.P(row["note"] or "No target set.", className="judged none")
    is_met = target.is_met(float(row["value"]))
    said = ("In the target band: " if is_met else "Outside the target band: ") + _band(target, row["unit"])
    return html.P(
        [said, html.Span(f" ({row['note']})") if row["note"] else None],
        className="judged " + ("good" if is_met else "bad"),
    )


def _band(target: Target | None, unit: str) -> str:
    if target is None:
        return "none set (dashboard.yaml)"
    ends = []
    if target.at_least is not None:
        ends.append(f"at least {figure(target.at_least, unit)}")
    if target.at_most is not None:
        ends.append(f"at most {figure(target.at_most, unit)}")
    return ", ".join(ends)


def _filters(context: Context, path: str, keep: tuple[str, ...] = ()) -> Any:
    days = [(one["as_of_date"].isoformat(), one["as_of_date"].isoformat()) for one in context.rows("as_of_days")]
    return filters(context, path, ("as_of", "practice", "provider", "payer"), keep, {"as_of": days})
