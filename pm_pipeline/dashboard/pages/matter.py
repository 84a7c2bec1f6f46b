"""What is known of an item of work besides its line on a worklist: the payer's reasons in words, what the edits say, who owes what."""

from __future__ import annotations

from typing import Any

from dash import dcc

from pm_pipeline.codes import answers, meanings
from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.parts import dollars, facts, panel, table
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import LISTINGS
from pm_pipeline.dashboard.text import NOTHING, written

SAYS = ("line_no", "rule_id", "found_on", "message", "remedy")


def known(context: Context, row: Row) -> list[Any]:
    """Panels about a row of the worklist; none where its line says everything."""
    found = [*_denial(context, row), *_answers(context, row)]
    rows = findings(context, row["claim_id"])
    if rows:
        columns = [one for one in LISTINGS["findings"].columns if one.name in SAYS]
        query = context.state.link("", (), claim=row["claim_id"], state="open")
        found.append(
            panel("What the edits say", table(context, columns, rows, "Open findings"), export=("findings", query))
        )
    return found


def findings(context: Context, claim: Any) -> list[Row]:
    """What edits find on a claim and nobody has cleared."""
    return context.rows("findings", claim=claim, state="open") if claim else []


def credits(context: Context, row: Row) -> dict[str, Any]:
    """party -> what it paid too much on the claim, in dollars; for a line of the list of credit balances."""
    if row["worklist"] != "credit_balances" or not row["claim_id"]:
        return {}
    owed: dict[str, Any] = {}
    for one in context.rows("balances", claim=row["claim_id"], as_of=context.as_of):
        owed[str(one["party"])] = owed.get(str(one["party"]), 0) + one["amount"]
    return {party: -amount for party, amount in sorted(owed.items()) if amount < 0}


def _denial(context: Context, row: Row) -> list[Any]:
    said = context.rows("denials") if row["worklist"] == "denials" else []
    if not said:
        return []
    one = said[0]
    pairs = [
        ("Procedure", one["procedure_code"] or "the claim as a whole"),
        ("Category", worded(str(one["category"]), "category")),
        ("Reason", worded(str(one["carc"]), "carc")), ("Remark", worded(one["rarc"], "rarc") if one["rarc"] else NOTHING),
        ("Edit that would have stopped it", one["root_cause_rules"]), ("Appeal by", written(one["appeal_by"], "day")),
        ("Recovered so far", dollars(one["recovered_amount"])),
    ]  # fmt: skip
    return [panel("What the payer said", facts(pairs))]


def worded(code: str, table_name: str) -> str:
    """CO-4 -> CO-4: modifier missing or wrong for procedure; a code nobody has words for stays as it is."""
    meaning = meanings(table_name).get(code.rpartition("-")[2] if table_name == "carc" else code)
    return f"{code}: {meaning}" if meaning else code


def _answers(context: Context, row: Row) -> list[Any]:
    if row["worklist"] != "rejections":
        return []
    steps = [one for one in context.rows("claim_steps", claim=row["claim_id"]) if one["stage"] == "acknowledgments"]
    pairs = []
    for one in steps:
        meaning, remedy = answers().get(str(one["what"]), ("", ""))
        said = "; ".join(part for part in (meaning, str(one["text"] or ""), remedy) if part)
        place = context.state.link("/file", (), file=one["file_id"], segment=one["segment_no"])
        pairs.append(
            (
                f"{written(one['happened_on'], 'day')} {one['what']}",
                dcc.Link(said, href=place) if one["file_id"] else said,
            )
        )
    return (
        [panel("What was answered", facts(pairs), "A charge that the practice corrects goes out again by itself.")]
        if pairs
        else []
    )
