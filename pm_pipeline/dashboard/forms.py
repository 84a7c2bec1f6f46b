"""The filters of a page: a form whose answer is an address, so that what is on show can be kept and sent on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.markup import named

Choices = Sequence[tuple[str, str]]
LABELS = {
    "practice": "Practice", "location": "Location", "provider": "Provider", "payer": "Payer", "from": "From", "to": "To", "as_of": "As of",
    "base": "Age counts from", "party": "Owed by", "by": "Group by",
}  # fmt: skip


def filters(
    context: Context,
    path: str,
    names: Sequence[str],
    keep: Sequence[str] = (),
    options: Mapping[str, Choices] | None = None,
    optional: Sequence[str] = (),
) -> html.Form:
    """The filters `names` of the page at `path`.

    `options` are the choices of a filter that is no dimension of claims; one of them always stands, but for those in `optional`.
    `keep` carries other values of the address along.
    """
    fields = [_field(context, name, (options or {}).get(name), name in optional) for name in names]
    kept = {name: context.state.get(name) for name in keep}
    held = [dcc.Input(type="hidden", name=name, value=str(value)) for name, value in kept.items() if value is not None]
    buttons = [html.Button("Apply", type="submit", className="primary"), html.A("Clear", href=path, className="quiet")]
    return form(path, "Filters", [*fields, *held, html.Div(buttons, className="buttons")])


def form(path: str, label: str, content: list[Any]) -> html.Form:
    """A form that leads to `path` with what was entered."""
    return html.Form(content, action=path, method="get", className="filters", role="search", **named(aria_label=label))


def _field(context: Context, name: str, given: Choices | None, is_optional: bool) -> html.Div:
    now = str(context.state.get(name) or "")
    control = _day(name, now) if name in ("from", "to") else _select(context, name, now, given, is_optional)
    label = html.Label(LABELS.get(name, name.title()), htmlFor=f"filter-{name}")
    # a control keeps what was entered into it for as long as its key is the same
    return html.Div([label, control], className="field", key=f"{name}={now}")


def _day(name: str, now: str) -> Any:
    return dcc.Input(
        id=f"filter-{name}", name=name, type="text", value=now, placeholder="YYYY-MM-DD", pattern=r"\d{4}-\d{2}-\d{2}", maxLength=10, autoComplete="off",
    )  # fmt: skip


def _select(context: Context, name: str, now: str, given: Choices | None, is_optional: bool) -> Any:
    options = [html.Option("All", value="")] if given is None or is_optional else []
    for value, label in given or context.choices(name):
        chosen = named(selected="selected") if value == now else {}
        options.append(html.Option(label, value=value, **chosen))
    return html.Select(options, id=f"filter-{name}", name=name)
