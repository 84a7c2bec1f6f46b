"""One item of work: what is the matter, who is on it, what was said and done about it, and what may be done.

What is on show comes from the published generation and from the action log; a button adds a line to the log (acts.py), and the next run
does it. Nothing here writes to the warehouse.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from dash import dcc, html

from pm_pipeline.dashboard.acts import choices, desk_kind
from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.markup import named
from pm_pipeline.dashboard.parts import dollars, empty, facts, panel
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import WORKLISTS
from pm_pipeline.dashboard.text import NOTHING, written
from pm_pipeline.desk import Action, ItemState, Outcome, new_action_id
from pm_pipeline.desk.vocabulary import Deed, arguments, deeds, kinds
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

ONE_CLICK = ("take", "leave")  # of the log alone: nothing more need be said
HINTS = {
    "cents": "dollars, such as 125.00",
    "day": "YYYY-MM-DD",
    "flag": "yes or no",
    "values": "column=value, column=value",
    "number": "a whole number",
}


def render(context: Context, doors: Doors) -> list[Any]:
    """The item of the address, the desk's word on it, and a form for each action its kind knows. Raises PmError when it is gone."""
    item = context.state.get("item")
    if not item:
        return [empty("Open an item of work from a worklist of Today.")]
    found = context.rows("item")
    if not found:
        return _gone(context, doors, str(item))
    row = found[0]
    kind = desk_kind(row)
    matter = panel(
        WORKLISTS[str(row["worklist"])][0], [_matter(context, row), html.P(str(row["text"] or ""), className="said")]
    )
    if kind is None:
        command = WORKLISTS[str(row["worklist"])][2]
        return [matter, panel("What may be done", empty(f"This is worked with {command}."))]
    state = doors.desk.state(kind, str(item))
    shown = [matter, panel("At the desk", _desk(context, doors, state))]
    if context.viewer.may_act:
        shown.append(
            panel(
                "What may be done",
                _forms(context, doors, kind, state),
                "The next run does it, and says here what became of it.",
            )
        )
    return shown


def _gone(context: Context, doors: Doors, item: str) -> list[Any]:
    """An item that waits no more: what people did about it, and what may still be done, such as undoing it. Raises PmError when nobody did."""
    known = [kind for kind in kinds() if (said := doors.desk.state(kind, item)).answered or said.waiting]
    if not known:
        raise PmError("Nothing waits under this id any more. Look at Today: it was done, or it settled by itself.")
    state = doors.desk.state(known[0], item)
    shown = [
        panel("Done with", empty("This waits for nobody any more in the generation on show.")),
        panel("At the desk", _desk(context, doors, state)),
    ]
    if context.viewer.may_act:
        shown.append(
            panel(
                "What may be done",
                _forms(context, doors, known[0], state),
                "The next run does it, and says here what became of it.",
            )
        )
    return shown


def _matter(context: Context, row: Row) -> Any:
    claim = row["claim_id"]
    return facts(
        [
            ("Item", str(row["item_id"])), ("Kind", str(row["kind"])),
            ("Claim", dcc.Link(str(claim), href=f"/trace?claim={claim}") if claim else NOTHING),
            ("Payer", context.names.of_kind("payer", row["payer_id"])), ("Amount", dollars(row["amount"])),
            ("Since", written(row["opened_on"], "day")), ("Due", written(row["due_on"], "day")),
        ]
    )  # fmt: skip


def _desk(context: Context, doors: Doors, state: ItemState) -> list[Any]:
    called = {one.person: one.name.title() for one in doors.config.people.people}
    on_it, owner = state.on_it, state.owner
    who = f"{called.get(on_it.person, on_it.person)}, since {_at(on_it.since)}" if on_it else "Nobody"
    said: list[Any] = [
        facts([("On it now", html.B(who)), ("Given to", called.get(owner, owner) if owner else "Nobody")])
    ]
    told = [*state.answered, *((one, None) for one in state.waiting)]
    lines = [html.Li(_line(one, became, called), key=one.action_id) for one, became in reversed(told)]
    said.append(
        html.Ul(lines, className="acts") if lines else empty("Nobody has said or done anything about it here yet.")
    )
    return said


def _line(one: Action, became: Outcome | None, called: dict[str, str]) -> list[Any]:
    given = ", ".join(f"{arguments()[name].argument} {_given(name, value)}" for name, value in one.arguments.items())
    head = f"{called.get(one.by, one.by)} · {_at(one.at)} · "
    if became is None:
        state = html.Span("waits for the next run", className="chip")
    elif became.outcome == "applied":
        state = html.Span(["done: ", became.message] if became.message else "done", className="chip good")
    else:
        state = html.Span(["refused: ", became.message], className="problem", role="status")
    return [
        head,
        html.B(one.action.replace("_", " ")),
        f" {given}" if given else "",
        " ",
        state,
        html.P(one.why, className="said") if one.why else "",
    ]


def _given(name: str, value: Any) -> str:
    if arguments()[name].shape == "cents":
        return f"{int(value) / 100:,.2f}"
    return ", ".join(f"{column}={said}" for column, said in value.items()) if isinstance(value, dict) else str(value)


def _forms(context: Context, doors: Doors, kind: str, state: ItemState) -> list[Any]:
    able = [one for (of, _), one in deeds().items() if of == kind]
    is_mine = state.on_it is not None and state.on_it.person == context.viewer.person
    quick = [one for one in able if one.action == ("leave" if is_mine else "take")]
    shown: list[Any] = [html.Div([_form(context, doors, one, state) for one in quick], className="buttons")]
    for one in able:
        if one.action not in ONE_CLICK:
            summary = html.Summary(
                [html.B(one.action.replace("_", " ").capitalize()), html.Span(one.meaning, className="said")]
            )
            shown.append(html.Details([summary, _form(context, doors, one, state)], className="act"))
    shown.append(html.P(f"It takes the role {kinds()[kind].role} in people.yaml.", className="note"))
    return shown


def _form(context: Context, doors: Doors, what: Deed, state: ItemState) -> html.Form:
    held = {
        "kind": state.kind, "item": state.item, "action": what.action, "action_id": new_action_id(), "seen": str(state.last_seq),
        "generation": str(context.about.generation),
    }  # fmt: skip
    hidden = [dcc.Input(type="hidden", name=name, value=value) for name, value in held.items()]
    label = {"take": "I am on it", "leave": "I am no longer on it"}.get(
        what.action, what.action.replace("_", " ").capitalize()
    )
    button = html.Button(label, type="submit", className="primary")
    fields: list[Any] = []
    if what.action not in ONE_CLICK:
        fields = [_field(doors, what, name, _made(what, state)) for name in (*what.required, *what.optional)]
        fields.append(
            _entry(f"{what.kind}-{what.action}-why", "why", "Why", "Whoever looks at this next reads it", needed=True)
        )
    elif state.on_it is not None and what.action == "take":
        hidden.append(dcc.Input(type="hidden", name="over", value="true"))
        button = html.Button("Take it over", type="submit", className="primary")
    return html.Form(
        [*hidden, *fields, html.Div(button, className="buttons")],
        action="/act",
        method="post",
        className="acting",
        **named(aria_label=label),
    )


def _field(doors: Doors, what: Deed, name: str, made: list[tuple[str, str]]) -> Any:
    argument = arguments()[name]
    title = name.removesuffix("_cents").replace("_", " ").replace("cents", "amount").capitalize()
    hint = "; ".join(part for part in (HINTS.get(argument.shape), argument.meaning) if part)
    of, needed = f"{what.kind}-{what.action}-{name}", name in what.required
    able = made if name == "target" and made else choices(doors.config, what, name)
    if not able:
        return _entry(of, name, title, hint, needed=needed)
    options = [
        html.Option("Choose" if needed else "As usual", value=""),
        *(html.Option(label, value=value) for value, label in able),
    ]
    return html.Div(
        [_label(of, title, needed), html.Select(options, id=of, name=name, required=needed)],
        className="field wide",
        title=hint,
    )


def _made(what: Deed, state: ItemState) -> list[tuple[str, str]]:
    """What was done about the item and can be meant: to be undone, approved or refused; newest first."""
    if what.action not in ("undo", "approve", "refuse"):
        return []
    done = [(one, became) for one, became in state.answered if became.outcome == "applied" and became.made]
    return [
        (one.action_id, f"{one.action.replace('_', ' ')} of {_at(one.at)} by {one.by}")
        for one, became in reversed(done)
    ]


def _label(of: str, title: str, needed: bool) -> html.Label:
    return html.Label([title, "" if needed else html.Small(" (may be left out)")], htmlFor=of)


def _entry(of: str, name: str, title: str, hint: str, *, needed: bool) -> Any:
    return html.Div(
        [
            _label(of, title, needed),
            dcc.Input(
                id=of, name=name, type="text", required=needed, maxLength=400, autoComplete="off", placeholder=hint
            ),
        ],
        className="field wide",
        title=hint,
    )


def _at(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
