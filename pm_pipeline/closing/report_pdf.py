"""The close report as a PDF: who closed what at which link of the chain, A/R roll-forward, trial balance, late entries taken up.

US Letter, across. The same closing gives the same bytes, whenever it is printed (no clock, no random ids, names as they were when it was
closed), but for the line that says of a reopened one that it was. It holds sums and ids; nothing of a patient.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import landscape, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from pm_pipeline.console import dollars
from pm_pipeline.x12.charset import fit_as_typed

INK, FAINT, RULE = HexColor("#1a1a1a"), HexColor("#555555"), HexColor("#b8b8b8")
BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=10, leading=13, textColor=INK)
TITLE = ParagraphStyle("title", BODY, fontName="Times-Bold", fontSize=16, leading=20)
HEADING = ParagraphStyle(
    "heading", BODY, fontName="Times-Bold", fontSize=11.5, spaceBefore=12, spaceAfter=4, keepWithNext=1
)
SMALL = ParagraphStyle("small", BODY, fontSize=8.5, leading=10.5)
LABEL = ParagraphStyle("label", SMALL, textColor=FAINT)
NUMBER = ParagraphStyle("number", SMALL, alignment=TA_RIGHT)
NUMBER_LABEL = ParagraphStyle("number_label", LABEL, alignment=TA_RIGHT)
PAGE = landscape(letter)
MARGIN = 0.75 * inch
ROLLED = {
    "opening_cents": "Opening A/R", "late_cents": "Late entries", "charges_cents": "Charges", "responsibility_cents": "Charges moved",
    "payments_cents": "Payments", "contractual_cents": "Contractual", "write_offs_cents": "Other write-offs",
    "transfers_cents": "Transfers", "closing_cents": "Closing A/R",
}  # fmt: skip
BALANCED = {
    "opening_cents": "Opening", "late_cents": "Late entries", "debit_cents": "Debits", "credit_cents": "Credits", "closing_cents": "Closing",
}  # fmt: skip


def report_pdf(found: dict[str, Any]) -> bytes:
    """The report of one closing, as `closing` gives it."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=PAGE, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=0.7 * inch, bottomMargin=0.8 * inch,
        title=f"Month close {found['month']}", author=_printable(found["practice_name"]), subject=found["seal"], invariant=1,
    )  # fmt: skip
    story = [*_head(found), *_roll_forward(found), *_late(found), *_trial_balance(found)]
    foot = partial(_foot, found=found)
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _head(found: dict[str, Any]) -> list[Flowable]:
    closed_by = ", ".join(filter(None, (found["person_name"], found["person_title"])))
    before = found["after_close_id"] or "no earlier closing; every month before it was closed with it"
    kind, _, digest = found["seal"].rpartition(" ")
    facts = [
        ("Period", f"{found['first_on']} to {found['last_on']}, by the day money was posted"),
        ("Closing", f"{found['close_id']}, closed on {found['closed_on']} by {closed_by} (recorded {found['closed_at']:%Y-%m-%d %H:%M:%S} UTC)"),
        ("Follows", before),
        ("Ledger", f"every batch up to {found['batch_no']}; link {found['chain_seq']} of the chain of units of work: {found['chain_hash']}"),
        ("Seal", f"sha256 {digest}, in the chain as: {kind}"),
    ]  # fmt: skip
    if found["state"] == "reopened":
        facts.append(("REOPENED", f"on {found['reopened_on']} by {found['reopened_by']}: {found['reopened_because']}"))
    block = Table(
        [[_text(label, LABEL), _text(value, SMALL)] for label, value in facts],
        colWidths=[0.9 * inch, PAGE[0] - 2 * MARGIN - 0.9 * inch - 12],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOX", (0, 0), (-1, -1), 0.5, RULE), ("TOPPADDING", (0, 0), (-1, -1), 2),
               ("BOTTOMPADDING", (0, 0), (-1, -1), 2)],
    )  # fmt: skip
    return [_text(found["practice_name"], BODY), _text(f"Month close {found['month']}", TITLE), Spacer(1, 6), block]


def _roll_forward(found: dict[str, Any]) -> list[Flowable]:
    rows = [([row["practice_id"], row["party"]], row) for row in found["roll_forward"]]
    return [
        _text("A/R roll-forward by responsible party", HEADING),
        _text("Each column as it changes A/R, in dollars. Opening and movements come to closing, and closing is the ledger's balance.", LABEL),
        Spacer(1, 3),
        _figures(["Practice", "Party"], ROLLED, rows),
    ]  # fmt: skip


def _trial_balance(found: dict[str, Any]) -> list[Flowable]:
    rows = [([row["practice_id"], row["account"], row["sub_account"]], row) for row in found["trial_balance"]]
    return [
        _text("Trial balance", HEADING),
        _text("Every account of the ledger, debits positive, in dollars. Every column but debits and credits sums to zero; those two negate each other.", LABEL),
        Spacer(1, 3),
        _figures(["Practice", "Account", "Sub-account"], BALANCED, rows),
    ]  # fmt: skip


def _late(found: dict[str, Any]) -> list[Flowable]:
    took = found["took_up"]
    heading = _text("Late entries taken up", HEADING)
    if not took:
        return [heading, _text("None: nothing was posted into a closed month before this closing.", SMALL)]
    head = ["Posted on", "Recorded on", "Kind", "Transactions", "A/R"]
    rows = [
        [str(one["posted_on"]), str(one["recorded_on"]), one["txn_kind"], f"{one['transactions']:,}", dollars(one["ar_cents"])]
        for one in took
    ]  # fmt: skip
    said = _text(
        "Posted on a day of a month that was closed already. No closed figure changed; they stand in the column Late entries.",
        LABEL,
    )
    return [KeepTogether([heading, said, Spacer(1, 3)]), _table([head, *rows], words=3)]


def _figures(names: Sequence[str], columns: dict[str, str], rows: Sequence[tuple[list[str], dict[str, Any]]]) -> Table:
    cells = [[*names, *columns.values()]]
    cells += [[*words, *(dollars(row[column]) for column in columns)] for words, row in rows]
    total = [dollars(sum(row[column] for _, row in rows)) for column in columns]
    return _table([*cells, ["All", *[""] * (len(names) - 1), *total]], words=len(names), total=True)


def _table(rows: list[list[str]], *, words: int, total: bool = False) -> Table:
    """A table whose first `words` columns are text and the others numbers; its head is repeated on every page."""

    def cell(place: int, value: str, of_head: bool) -> Paragraph:
        if place < words:
            return _text(value, LABEL if of_head else SMALL)
        return _text(value, NUMBER_LABEL if of_head else NUMBER)

    cells = [[cell(place, value, line == 0) for place, value in enumerate(row)] for line, row in enumerate(rows)]
    lines: list[tuple[Any, ...]] = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK), ("LINEBELOW", (0, 1), (-1, -1), 0.3, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5), ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]  # fmt: skip
    if total:
        lines.append(("LINEABOVE", (0, -1), (-1, -1), 0.8, INK))
    width: Callable[[int], float] = lambda place: 1.25 if place < words else 1.0  # noqa: E731
    whole = sum(width(place) for place in range(len(rows[0])))
    room = PAGE[0] - 2 * MARGIN - 12
    return Table(
        cells, colWidths=[room * width(place) / whole for place in range(len(rows[0]))], repeatRows=1, style=lines
    )


def _foot(canvas: Any, _document: Any, *, found: dict[str, Any]) -> None:
    canvas.saveState()
    canvas.setFont("Times-Roman", 8.5)
    canvas.setFillColor(FAINT)
    canvas.drawString(MARGIN, 0.5 * inch, f"Month close {found['close_id']}   {found['seal'].rpartition(' ')[2][:16]}")
    canvas.drawRightString(PAGE[0] - MARGIN, 0.5 * inch, f"Page {canvas.getPageNumber()}")
    canvas.restoreState()


def _text(value: str, style: ParagraphStyle) -> Paragraph:
    """A paragraph of plain text; nothing in it is markup of the library's own."""
    return Paragraph(escape(_printable(value)), style)


def _printable(value: str) -> str:
    """The text in letters the font has: the Latin spelling of others, and a question mark where there is none."""
    shown: list[str] = []
    for char in value:
        try:
            char.encode("cp1252")
        except UnicodeEncodeError:
            fitted = fit_as_typed(char)
            shown.append((fitted.text if fitted else "") or "?")
        else:
            shown.append(char)
    return "".join(shown)
