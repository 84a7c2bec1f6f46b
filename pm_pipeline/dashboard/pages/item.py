"""One item of work: what is the matter, who is on it, what was said and done about it, and what may be done.

What is on show comes from the published generation and from the action log; a button adds a line to the log (acts.py), and the next run
does it. Nothing here writes to the warehouse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dash import dcc, html

from pm_pipeline.dashboard.acts import choices, owners
from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.markup import named
from pm_pipeline.dashboard.pages.matter import credits, findings, known
from pm_pipeline.dashboard.parts import dollars, empty, facts, panel
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import WORKLISTS
from pm_pipeline.dashboard.text import NOTHING, written
from pm_pipeline.desk import Action, ItemState, Outcome, new_action_id
from pm_pipeline.desk.vocabulary import Deed, arguments, deeds, kinds
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

BESIDE = {  # kind shown beside the item of a page -> what is done about it there
    "credit_balance": ("refund",),
    "money_movement": ("approve", "refuse", "refund_sent", "refund_cleared"),
}
ANSWERS = ("approve", "refuse")  # a second person's, to what somebody asked for
ONE_CLICK = ("take", "leave")  # of the log alone: nothing more need be said
HINTS = {
    "cents": "dollars, such as 125.00",
    "day": "YYYY-MM-DD",
    "flag": "yes or no",
    "values": "modifiers=25,59, units=1",
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
    kind = row["item_kind"]
    matters = [
        panel(
            WORKLISTS[str(one["worklist"])][0],
            [_matter(context, one), html.P(str(one["text"] or ""), className="matter")],
        )
        for one in found  # on each list it stands on: a denial, and its write-off that waits for a second person
    ]
    if kind is None:
        command = WORKLISTS[str(row["worklist"])][2]
        return [*matters, panel("What may be done", empty(f"This is worked with {command}."))]
    shown = [*matters, *known(context, row), *_worked(context, doors, kind, str(item), row)]
    for party, amount in credits(context, row).items():
        title = f"credit of {party}: {dollars(amount)}"
        shown += _money(context, doors, "credit_balance", f"{row['claim_id']} {party}", title)
    return shown


def _worked(context: Context, doors: Doors, kind: str, item: str, row: Row | None, of: str = "") -> list[Any]:
    """The desk's word on an item, and what may be done; `of` says which one, where a page has several."""
    state = doors.desk.state(kind, item)
    after = f" ({of})" if of else ""
    shown = [panel(f"At the desk{after}", _desk(context, doors, state))]
    if context.viewer.may_act:
        forms = _forms(context, doors, kind, state, row)
        shown.append(panel(f"What may be done{after}", forms, "The next run does it, and says here what became of it."))
    return shown


def _money(context: Context, doors: Doors, kind: str, item: str, title: str) -> list[Any]:
    """A balance that people may move, and each movement asked for: a second person approves it, and a refund is told when it is sent."""
    shown = _worked(context, doors, kind, item, None, title)
    for said, became in doors.desk.state(kind, item).answered:
        if said.action not in ("note", "assign") and became.outcome == "applied" and became.made:
            of = f"{said.action.replace('_', ' ')} of {_at(said.at)}"
            shown += _worked(context, doors, "money_movement", became.made, None, of)
    return shown


def _gone(context: Context, doors: Doors, item: str) -> list[Any]:
    """An item that waits no more: what people did about it, and what may still be done, such as undoing it. Raises PmError when nobody did."""
    of_kinds = [kind for kind in kinds() if (said := doors.desk.state(kind, item)).answered or said.waiting]
    if not of_kinds:
        raise PmError("Nothing waits under this id any more. Look at Today: it was done, or it settled by itself.")
    if of_kinds[0] in ("credit_balance", "patient_balance"):
        claim = item.partition(" ")[0]
        place = facts([("Claim", dcc.Link(claim, href=f"/trace?claim={claim}"))])
        return [panel("Money of a claim", place), *_money(context, doors, of_kinds[0], item, item)]
    shown = [panel("Done with", empty("This waits for nobody any more in the generation on show."))]
    return [*shown, *_worked(context, doors, of_kinds[0], item, None)]


def _matter(context: Context, row: Row) -> Any:
    claim = row["claim_id"]
    return facts(
        [
            ("Item", str(row["item_id"])), ("Kind", str(row["kind"])),
            ("Claim", dcc.Link(str(claim), href=f"/trace?claim={claim}") if claim else NOTHING),
            ("Payer", context.names.of_kind("payer", row["payer_id"])), ("Amount", dollars(row["amount"])),
            ("Payment", dcc.Link(str(row["payment_id"]), href=f"/remittance?payment={row['payment_id']}") if row["payment_id"] else NOTHING),
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
        state = html.Span(["done: ", _plain(became.message)] if became.message else "done", className="chip good")
    else:
        state = html.Span(["refused: ", _plain(became.message)], className="problem", role="status")
    return [
        head,
        html.B(one.action.replace("_", " ")),
        f" {given}" if given else "",
        " ",
        state,
        html.P(one.why, className="said") if one.why else "",
    ]


def _plain(message: str) -> str:
    """Without the command that would do it: a page has buttons."""
    return message.partition(": pm ")[0]


def _given(name: str, value: Any) -> str:
    if arguments()[name].shape == "cents":
        return f"{int(value) / 100:,.2f}"
    return ", ".join(f"{column}={said}" for column, said in value.items()) if isinstance(value, dict) else str(value)


def _forms(context: Context, doors: Doors, kind: str, state: ItemState, row: Row | None) -> list[Any]:
    able = [
        one for (of, _), one in deeds().items() if of == kind and not (one.action == "undo" and not _made(one, state))
    ]
    if kind in BESIDE:
        able = [one for one in able if one.action in BESIDE[kind]]
    waits = any(one["worklist"] == "approvals" for one in context.rows("item", item=state.item))
    able = sorted(
        (one for one in able if waits or one.action not in ANSWERS), key=lambda one: one.action not in ANSWERS
    )
    rules = {
        str(one["rule_id"]) for one in findings(context, row["claim_id"] if row else None) if one["severity"] == "hold"
    }
    offered = [(rule, rule) for rule in sorted(rules)]
    is_mine = state.on_it is not None and state.on_it.person == context.viewer.person
    quick = [one for one in able if one.action == ("leave" if is_mine else "take")]
    shown: list[Any] = []
    if quick:
        shown.append(html.Div([_form(context, doors, one, state, offered) for one in quick], className="buttons"))
    for one in able:
        if one.action not in ONE_CLICK:
            summary = html.Summary(
                [html.B(one.action.replace("_", " ").capitalize()), html.Span(one.meaning, className="said")]
            )
            shown.append(html.Details([summary, _form(context, doors, one, state, offered)], className="act"))
    shown.append(html.P(f"Whoever does it needs the role {kinds()[kind].role} in people.yaml.", className="note"))
    return shown


def _form(context: Context, doors: Doors, what: Deed, state: ItemState, rules: list[tuple[str, str]]) -> html.Form:
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
        own = {"target": _made(what, state), "rule_id": rules}
        fields = [_field(doors, what, name, state, own.get(name, [])) for name in (*what.required, *what.optional)]
        fields.append(_entry(_id(what, state, "why"), "why", "Why", "Whoever looks at this next reads it", needed=True))
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


def _id(what: Deed, state: ItemState, name: str) -> str:
    """A field's own id: a page can have the forms of several items."""
    after = f"-{state.item.replace(' ', '-')}" if what.kind in BESIDE else ""
    return f"{what.kind}-{what.action}-{name}{after}"


def _field(doors: Doors, what: Deed, name: str, state: ItemState, own: list[tuple[str, str]]) -> Any:
    argument = arguments()[name]
    title = name.removesuffix("_cents").replace("_", " ").replace("cents", "amount").capitalize()
    of, needed = _id(what, state, name), name in what.required
    able = own or choices(doors.config, what, name)
    if not able:
        near = owners(doors.config) if name == "owner" else []
        return _entry(
            of, name, title, HINTS.get(argument.shape, ""), needed=needed, meaning=argument.meaning, near=near
        )
    options = [
        html.Option("Choose" if needed else "As usual", value=""),
        *(html.Option(label, value=value) for value, label in able),
    ]
    return html.Div(
        [_label(of, title, needed), html.Select(options, id=of, name=name, required=needed)],
        className="field wide",
        title=argument.meaning,
    )


def _made(what: Deed, state: ItemState) -> list[tuple[str, str]]:
    """What was done about the item and can be meant: to be undone, approved or refused; newest first."""
    if what.action not in ("undo", "approve", "refuse"):
        return []
    means = ("write_off",) if what.action != "undo" else ("write_off", "transfer", "close", "override", "fix")
    done = [
        (one, became)
        for one, became in state.answered
        if became.outcome == "applied" and became.made and one.action in means
    ]
    return [
        (one.action_id, f"{one.action.replace('_', ' ')} of {_at(one.at)} by {one.by}")
        for one, became in reversed(done)
    ]


def _label(of: str, title: str, needed: bool) -> html.Label:
    return html.Label([title, "" if needed else html.Small(" (may be left out)")], htmlFor=of)


def _entry(
    of: str, name: str, title: str, shape: str, *, needed: bool, meaning: str = "", near: Sequence[tuple[str, str]] = ()
) -> Any:
    field = dcc.Input(
        id=of,
        name=name,
        type="text",
        required=needed,
        maxLength=400,
        autoComplete="off",
        placeholder=shape,
        list=f"{of}-near",
    )
    known = html.Datalist([html.Option(label, value=value) for value, label in near], id=f"{of}-near")
    return html.Div(
        [_label(of, title, needed), field, known, html.Small(meaning, className="hint")], className="field wide"
    )


def _at(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
