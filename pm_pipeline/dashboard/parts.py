"""The pieces pages are made of: tiles, tables whose numbers lead somewhere, grids for long lists, small charts, filters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import dash_ag_grid as dag
from dash import dcc, html

from pm_pipeline.dashboard.context import SHOWN, Context
from pm_pipeline.dashboard.markup import named
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import LISTINGS, NUMBERS, RECORDS, Column, Listing
from pm_pipeline.dashboard.text import NOTHING, count, money, written

PAGE_SIZE = 25
OWN = ("worklist", "kind")
NAMED = ("payer", "provider", "location", "worklist")


def tile(label: str, value: str, detail: str = "", href: str | None = None, tone: str = "") -> html.Div:
    """A figure with its name above it and a word below; it leads to its rows where `href` says so, unless there are none."""
    leads = href and value not in ("0", "$0.00", NOTHING)
    shown = dcc.Link(value, href=href, className="figure") if leads else html.Span(value, className="figure")
    return html.Div(
        [html.Span(label, className="label"), shown, html.Span(detail, className="detail")], className=f"tile {tone}"
    )


def tiles(items: Sequence[Any]) -> html.Div:
    """Tiles side by side."""
    return html.Div(list(items), className="tiles")


def panel(title: str, children: Any, note: Any = None, export: tuple[str, str] | None = None) -> html.Section:
    """A titled part of a page; `export` is a list's name and the query of its address."""
    head: list[Any] = [html.H2(title)]
    if export:
        head.append(exports(*export))
    body: list[Any] = [html.Div(head, className="panel-head")]
    if note:
        body.append(html.P(note, className="note"))
    return html.Section([*body, *(children if isinstance(children, list) else [children])], className="panel")


def exports(name: str, query: str) -> html.Div:
    """Links that hand a list out as CSV or XLSX, all of its rows."""
    title = (LISTINGS | RECORDS)[name].title
    return html.Div(
        [
            html.A(kind.upper(), href=f"/export/{name}.{kind}{query}", download="", title=f"{title} as {kind.upper()}",
                   **named(aria_label=f"{title} as {kind.upper()}"))
            for kind in ("csv", "xlsx")
        ],
        className="exports",
    )  # fmt: skip


def empty(text: str) -> html.P:
    """What is said where there is nothing."""
    return html.P(text, className="empty")


def cell(context: Context, column: Column, value: Any) -> str:
    """A value as people read it."""
    return context.names.of_kind(column.kind, value) if column.kind in NAMED else written(value, column.kind)


def table(
    context: Context, columns: Sequence[Column], rows: Sequence[Row], label: str,
    to: Callable[[Column, Row], str | None] | None = None, total: Row | None = None,
) -> html.Div:  # fmt: skip
    """A short table. `to` says where a cell leads; `total` closes it with sums, under the columns it names."""
    head = html.Tr([html.Th(one.title, scope="col", className=_style(one)) for one in columns])
    body = [html.Tr([_cell(context, one, row, to, place == 0) for place, one in enumerate(columns)]) for row in rows]
    foot = []
    if total is not None:
        cells = [html.Th("Total", scope="row")]
        cells += [
            html.Td(
                led(
                    cell(context, one, total[one.name]) if one.name in total else "",
                    to(one, total) if to and one.name in total else None,
                ),
                className=_style(one),
            )
            for one in columns[1:]
        ]
        foot = [html.Tfoot(html.Tr(cells))]
    return html.Div(
        html.Table([html.Thead(head), html.Tbody(body), *foot]),
        className="scroll", tabIndex=0, role="region", **named(aria_label=label),
    )  # fmt: skip


def _cell(
    context: Context, column: Column, row: Row, to: Callable[[Column, Row], str | None] | None, is_first: bool
) -> Any:
    shown = cell(context, column, row.get(column.name))
    href = (to(column, row) if to else None) or _own_link(column, row.get(column.name))
    content = led(shown, href)
    return html.Th(content, scope="row") if is_first else html.Td(content, className=_style(column))


def led(shown: str, href: str | None) -> Any:
    """The text, leading to its rows; nothing and zero lead nowhere."""
    return dcc.Link(shown, href=href) if href and shown not in ("", "0", "0.00", NOTHING) else shown


def _own_link(column: Column, value: Any) -> str | None:
    return f"{column.to}?{column.as_param}={quote(str(value))}" if column.to and value else None


def _style(column: Column) -> str:
    if column.wide:
        return "wide"
    return "num" if column.kind in NUMBERS else "day" if column.kind == "day" else "text"


def grid(context: Context, listing: Listing, rows: Sequence[Row], totals: Row, grid_id: str = "list") -> html.Div:
    """A long list to sort, filter and page through; what is summed is said above it, over all rows."""
    if not rows:
        return html.Div(empty(listing.empty))
    held = {one.name: {row.get(one.name) for row in rows} for one in listing.columns}
    # a column with nothing in it says nothing, nor does a list's own name on each of its rows
    used = [
        one
        for one in listing.columns
        if held[one.name] != {None} and not (one.name in OWN and len(held[one.name]) == 1)
    ]
    data = [{one.name: _sent(context, one, row.get(one.name)) for one in used} for row in rows]
    said = f"{count(totals['rows'])} rows"
    if totals["rows"] > SHOWN:
        said += f", the first {SHOWN:,} are shown; an export has them all"
    sums = [
        html.Span([f"{one.title} ", html.B(cell(context, one, totals[one.name]), **named(data_sum=one.name))])
        for one in listing.columns
        if one.name in totals
    ]
    return html.Div(
        [
            html.P([html.Span(said, **named(data_rows=str(totals["rows"]))), *sums], className="sums"),
            dag.AgGrid(
                id=grid_id,
                rowData=data,
                columnDefs=[_definition(one) for one in used],
                defaultColDef={"sortable": True, "resizable": True, "filter": True, "suppressHeaderMenuButton": True},
                columnSize="autoSize",
                dashGridOptions={
                    "domLayout": "autoHeight", "pagination": len(rows) > PAGE_SIZE, "paginationPageSize": PAGE_SIZE,
                    "paginationPageSizeSelector": [25, 100, 500], "enableCellTextSelection": True, "ensureDomOrder": True,
                    "suppressColumnVirtualisation": True,
                    "rowHeight": 34,
                    "headerHeight": 38, "animateRows": False, "suppressDragLeaveHidesColumns": True,
                },
                style={"height": None},
            ),
        ],
        className="grid",
    )  # fmt: skip


def _definition(column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {"field": column.name, "headerName": column.title}
    if column.kind in NUMBERS:
        made |= {
            "type": "rightAligned",
            "filter": "agNumberColumnFilter",
            "valueFormatter": {"function": f"written(params.value, '{column.kind}')"},
        }
    if column.to:
        made |= {"cellRenderer": "Leads", "cellRendererParams": {"to": column.to, "as": column.as_param}}
    if column.wide:
        made |= {"maxWidth": 520, "tooltipField": column.name}
    if column.is_live:
        made |= {"maxWidth": 260, "tooltipField": column.name}
    if column.name in ("item_id", "denial_id", "entry_id", "file_id", "txn_id", "run_id"):
        made |= {"maxWidth": 190}
    return made


def _sent(context: Context, column: Column, value: Any) -> Any:
    """A cell as it goes to the browser: numbers as numbers, so that they sort; everything else as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, int | float) or value is None:
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    return cell(context, column, value)


def spark(values: Sequence[float | None], label: str) -> html.Img | html.Span:
    """A line through the values, oldest first, as a picture that knows light and dark."""
    points = [value for value in values if value is not None]
    if len(points) < 2:
        return html.Span("", className="spark")
    low, high = min(points), max(points)
    spread = (high - low) or 1.0
    step = 96 / (len(points) - 1)
    line = " ".join(
        f"{2 + place * step:.1f},{24 - (value - low) / spread * 20:.1f}" for place, value in enumerate(points)
    )
    last = line.rsplit(" ", 1)[-1].split(",")
    picture = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 28' width='100' height='28'>"
        "<style>path,polyline{stroke:#2b5f8a;fill:none}circle{fill:#2b5f8a}"
        "@media (prefers-color-scheme:dark){polyline{stroke:#8ebbe0}circle{fill:#8ebbe0}}</style>"
        f"<polyline points='{line}' stroke-width='1.8' stroke-linejoin='round'/><circle cx='{last[0]}' cy='{last[1]}' r='2.4'/></svg>"
    )
    return html.Img(src="data:image/svg+xml;utf8," + quote(picture), alt=label, className="spark")


def bar(share: float | None, tone: str = "") -> html.Div:
    """A bar as long as the share, beside the figure it repeats."""
    width = 0.0 if share is None else max(0.0, min(1.0, float(share)))
    return html.Div(
        html.Div(style={"width": f"{width * 100:.1f}%"}, className="fill"),
        className=f"bar {tone}",
        **named(aria_hidden="true"),
    )


def facts(pairs: Sequence[tuple[str, Any]]) -> html.Dl:
    """Names and values, one under the other."""
    return html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in pairs], className="facts")


def dollars(value: Any) -> str:
    """Dollars with their sign."""
    return (
        "$" + money(value)
        if value is not None and value >= 0
        else "-$" + money(-value)
        if value is not None
        else money(value)
    )
