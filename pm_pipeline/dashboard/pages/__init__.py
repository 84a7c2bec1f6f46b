"""The pages, by address, and the frame around each: where one can go, what is on show, who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dash import dcc, html

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.markup import named
from pm_pipeline.dashboard.pages import (
    access,
    aging,
    denials,
    documents,
    files,
    item,
    kpis,
    lists,
    payers,
    remittances,
    scrub,
    today,
    trace,
)
from pm_pipeline.dashboard.state import hold
from pm_pipeline.dashboard.users import Viewer
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

Render = Callable[[Context, "Doors"], list[Any]]


@dataclass(frozen=True)
class Page:
    """A page: its address, its name, what makes its content, the filters it knows, and whether it stands in the navigation."""

    path: str
    title: str
    render: Render
    filters: tuple[str, ...] = ()
    in_navigation: bool = True
    administers: bool = False


PAGES = {
    one.path: one
    for one in (
        Page("/", "Today", today.render, today.DIMS),
        Page("/kpis", "KPIs", kpis.overview, kpis.KEPT),
        Page("/kpi", "KPI", kpis.one, ("kpi", *kpis.KEPT), in_navigation=False),
        Page("/aging", "A/R aging", aging.render, aging.KEPT),
        Page("/denials", "Denials", denials.render, ("by", *denials.KEPT)),
        Page("/payers", "Payers", payers.render, payers.KEPT),
        Page("/scrub", "Scrub", scrub.render, scrub.KEPT),
        Page("/remittances", "Remittances", remittances.overview, remittances.KEPT),
        Page("/remittance", "Remittance", remittances.one, ("payment",), in_navigation=False),
        Page("/trace", "Claim trace", trace.render, ("claim",)),
        Page("/files", "Files", files.overview, files.KEPT),
        Page("/file", "File", files.one, ("file", "segment"), in_navigation=False),
        Page("/item", "Item of work", item.render, ("item",), in_navigation=False),
        Page("/documents", "Documents", documents.render),
        Page("/access", "Access", access.render, administers=True),
    )
}
PARENT = {"/kpi": "/kpis", "/remittance": "/remittances", "/file": "/files", "/item": "/"}


def render(path: str, context: Context, doors: Doors) -> tuple[Any, str]:
    """The page at an address in its frame, and its title. Raises PmError when there is none, or the viewer may not see it."""
    if path.startswith("/list/"):
        title, content = lists.render(path.removeprefix("/list/"), context, doors)
        return frame(path, context.viewer, title, content, context), title
    page = PAGES.get(path)
    if page is None:
        raise PmError(f"There is no page {path}. Choose one above.")
    if page.administers and not context.viewer.may_administer:
        raise PmError(
            "Access is for administrators and auditors. Your role in people.yaml is " + context.viewer.role + "."
        )
    hold(f"The page {page.title}", page.filters, context.state.values)
    return frame(path, context.viewer, page.title, page.render(context, doors), context), page.title


def problem(path: str, viewer: Viewer, text: str) -> Any:
    """The frame with what went wrong in it."""
    return frame(path, viewer, "Not shown", [html.P(text, className="problem", role="alert")], None)


def frame(path: str, viewer: Viewer, title: str, content: list[Any], context: Context | None) -> Any:
    """Header, navigation and content."""
    links = [
        html.Li(dcc.Link(one.title, href=one.path, className="here" if PARENT.get(path, path) == one.path else "",
                         ))
        for one in PAGES.values()
        if one.in_navigation and (viewer.may_administer or not one.administers)
    ]  # fmt: skip
    head: list[Any] = [html.H1(title)]
    if context is not None:
        about = context.about
        head.append(
            html.P(
                [
                    html.Span(["As of ", html.B(about.as_of_date.isoformat())], className="as-of"),
                    html.Span(f"generation {about.generation}, published {about.published_at:%Y-%m-%d %H:%M} UTC"),
                ],
                className="shown",
                title=f"Chain link {about.chain_seq}, {about.chain_hash}",
            )
        )
    return html.Div(
        [
            html.Header(
                [
                    dcc.Link("pm_pipeline", href="/", className="brand"),
                    html.Nav(html.Ul(links), **named(aria_label="Pages"), className="pages"),
                    html.Div(
                        [
                            html.Span([viewer.name.title(), html.Small(viewer.role)], className="viewer"),
                            html.Form(
                                html.Button("Sign out", type="submit", className="quiet"),
                                action="/sign-out",
                                method="post",
                            ),
                        ],
                        className="who",
                    ),
                ],
                className="top",
            ),
            html.Main([html.Div(head, className="page-head"), *content], id="content"),
        ],
        **named(data_page=path),
    )
