"""Claim trace: one claim's whole life, each step with its evidence; names and raw text are shown to who asks, and the asking is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import dcc, html

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.forms import form
from pm_pipeline.dashboard.markup import named
from pm_pipeline.dashboard.parts import dollars, empty, facts, led, panel, tile, tiles
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.text import NOTHING, count, day, money

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

MASK = "\N{BULLET}" * 8


def render(context: Context, doors: Doors) -> list[Any]:
    """A search, and what is known of the claim it finds."""
    claim = str(context.state.get("claim") or "").upper()
    field = dcc.Input(id="claim-id", name="claim", type="search", value=claim, maxLength=20, pattern="[A-Za-z0-9]+")
    label = html.Label("Claim id (CLM01), or its beginning", htmlFor="claim-id")
    button = html.Button("Trace", type="submit", className="primary")
    search = form(
        "/trace",
        "Find a claim",
        [html.Div([label, field], className="field wide", key=claim), html.Div(button, className="buttons")],
    )
    if not claim:
        return [
            search,
            empty(
                "Give a claim id. Every list of claims leads here too; pm trace --encounter finds one by the practice's own number."
            ),
        ]
    found = context.rows("claim", claim=claim)
    if not found:
        near = context.rows("claims_of", claim=claim)
        if not near:
            return [
                search,
                empty(f"The published copy has no claim {claim}. One made today is here after the next run."),
            ]
        links = html.Ul(
            [html.Li(dcc.Link(one["claim_id"], href=f"/trace?claim={one['claim_id']}")) for one in near],
            className="choices",
        )
        return [search, panel(f"Claims that begin with {claim}", links)]
    return [search, *_claim(context, found[0])]


def _claim(context: Context, row: Row) -> list[Any]:
    claim, names = row["claim_id"], context.names
    steps = context.rows("claim_steps", claim=claim)
    waits = len(context.rows("worklist", claim=claim))
    patient = html.Span(
        [html.Span([MASK, html.Button("Show", id={"type": "reveal", "key": f"name:{claim}"}, n_clicks=0, className="quiet", **named(aria_label="Show the patient's name; this is recorded"))], id={"type": "revealed", "key": f"name:{claim}"})]
    )  # fmt: skip
    details = [
        ("Patient", patient), ("Payer", names.of_kind("payer", row["payer_id"])), ("Provider", names.of_kind("provider", row["provider_id"])),
        ("Location", names.of_kind("location", row["location_id"])), ("Service", f"{day(row['dos_from'])} to {day(row['dos_to'])}"),
        ("State", f"{row['state']} since {day(row['state_since_on'])}"), ("First bill", day(row["first_billed_on"])),
        ("First answer", day(row["first_answered_on"])), ("Submissions", str(row["version"])),
        ("Open", f"{row['open_denials']} denials, {row['open_findings']} findings"),
        ("Waits for a person", led(count(waits), context.state.link("/list/worklist", (), claim=claim))),
    ]  # fmt: skip

    def to(**more: str) -> str:
        return context.state.link("/list/entries", (), claim=claim, account="AR", **more)

    head = tiles(
        [
            tile("Charged", dollars(row["charged_amount"]), "", to(movement="charges")), tile("Paid", dollars(row["paid_amount"]), "", to(movement="payment")),
            tile("Contractual", dollars(row["contractual_amount"]), "", to(movement="contractual")),
            tile("Written off", dollars(row["written_off_amount"]), "", to(movement="write_off")),
            tile("Owed by payers", dollars(row["insurance_balance_amount"]), "", to(party="insurance")),
            tile("Owed by patient", dollars(row["patient_balance_amount"]), "", to(party="patient, collections")),
        ]
    )  # fmt: skip
    note = "In the order we learned of it. Raw text is patients' data: what you show is recorded."
    return [
        panel(f"Claim {claim}", facts(details)),
        head,
        panel(
            "Life of the claim",
            _timeline(context, claim, steps),
            note,
            ("claim_steps", context.state.link("", (), claim=claim)),
        ),
    ]


def _timeline(context: Context, claim: str, steps: list[Row]) -> Any:
    if not steps:
        return empty("Nothing is known of this claim.")
    head = html.Thead(
        html.Tr(
            [
                html.Th(title, scope="col", className=style)
                for title, style in (
                    ("Day", "day"),
                    ("Stage", "text"),
                    ("What", "text"),
                    ("Amount", "num"),
                    ("Evidence", "text"),
                    ("Run", "text"),
                )
            ]
        )
    )
    lines, seen = [], set()
    for step in steps:
        key = (step["file_id"], step["segment_no"])
        is_new = key not in seen
        seen.add(key)
        lines.append(_step(context, claim, step, is_new))
    return html.Div(
        html.Table([head, html.Tbody(lines)], className="timeline"),
        className="scroll",
        tabIndex=0,
        role="region",
        **named(aria_label="Life of the claim"),
    )


def _step(context: Context, claim: str, step: Row, is_new: bool) -> Any:
    file_id, segment = step["file_id"], step["segment_no"]
    evidence: list[Any] = [NOTHING]
    if file_id:
        evidence = [
            dcc.Link(
                f"{file_id[:8]} segment {segment}", href=context.state.link("/file", (), file=file_id, segment=segment)
            )
        ]
        if is_new and segment is not None:
            # one button for each place in a file: several steps can have the same evidence
            key = f"raw:{file_id}:{segment}:{claim}"
            button = html.Button(
                "Raw",
                id={"type": "reveal", "key": key},
                n_clicks=0,
                className="quiet",
                **named(aria_label=f"Show the raw text of segment {segment}; this is recorded"),
            )
            evidence += [" ", button, html.Div(id={"type": "revealed", "key": key}, **named(aria_live="polite"))]
    what: Any = html.B(step["what"])
    if step["entry_id"]:
        what = dcc.Link(step["what"], href=context.state.link("/list/entries", (), entry=step["entry_id"]))
    run = step["run_id"]
    return html.Tr(
        [
            html.Td(day(step["happened_on"]), className="day"),
            html.Td(html.Span(step["stage"], className=f"stage {step['stage']}")),
            html.Td([what, html.Span(step["text"], className="said")]),
            html.Td(money(step["amount"]) if step["amount"] is not None else "", className="num"),
            html.Td(evidence),
            html.Td(
                html.A(
                    run[:8],
                    href=f"{context.settings.dagster_url}/runs/{run}",
                    title=f"Run {run} in Dagster",
                    rel="noreferrer",
                )
                if run
                else NOTHING
            ),
        ]
    )
