"""One statement as a PDF that a patient understands: what is owed and by when, what became of each charge, how to pay, and a slip to send back.

Pages are US Letter; the slip is cut off the first page. The same statement gives the same bytes (no clock, no random ids).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from pm_pipeline.config.models import Practice
from pm_pipeline.config.statements import StatementPolicy
from pm_pipeline.receivables import printed

INK, FAINT, RULE, SHADE = HexColor("#1a1a1a"), HexColor("#555555"), HexColor("#b8b8b8"), HexColor("#eef2f6")
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=12.5, textColor=INK)
SMALL = ParagraphStyle("small", BODY, fontSize=8.5, leading=11)
FINE = ParagraphStyle("fine", SMALL, textColor=FAINT)
BOLD = ParagraphStyle("bold", BODY, fontName="Helvetica-Bold")
HEADING = ParagraphStyle("heading", BOLD, fontSize=11, leading=14, spaceBefore=4, spaceAfter=3)
RIGHT, RIGHT_BOLD, RIGHT_FINE = (
    ParagraphStyle(f"right {style.name}", style, alignment=TA_RIGHT) for style in (SMALL, BOLD, FINE)
)
MARGIN = 0.75 * inch
WIDTH = letter[0] - 2 * MARGIN
SLIP = 3.05 * inch  # the part of the first page that is sent back
BUCKETS = ((30, "0-30 days"), (60, "31-60 days"), (90, "61-90 days"), (120, "91-120 days"), (None, "over 120 days"))
WORDS = (
    "Charge: the practice's price. Insurance paid: what your insurance paid us. Taken off: what we do not ask of anybody, such as "
    "discounts your insurance has agreed on with us. You paid: what we have received from you. You owe: what is left."
)
AGES = "How long you have owed it, from the day your insurance answered (or the day of service, without insurance):"


def make_pdf(
    practice: Practice, policy: StatementPolicy, head: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
) -> bytes:
    """The statement's bytes, from its row and lines (reading.one_statement) and the version of the policy it names. Raises Unprintable."""
    out = io.BytesIO()
    document = BaseDocTemplate(
        out, pagesize=letter, title=f"Statement {head['statement_id']}", author=practice.name, subject="Patient statement", invariant=1
    )  # fmt: skip
    first = Frame(MARGIN, SLIP + 0.15 * inch, WIDTH, letter[1] - SLIP - 0.7 * inch, 0, 0, 0, 0)
    later = Frame(MARGIN, 0.85 * inch, WIDTH, letter[1] - 1.5 * inch, 0, 0, 0, 0)
    slip = partial(_slip, practice=practice, head=head)
    foot = partial(_foot, head=head)
    document.addPageTemplates([PageTemplate("first", [first], onPage=slip), PageTemplate("later", [later], onPage=foot)])  # fmt: skip
    document.build(
        [NextPageTemplate("later"), *_opening(practice, policy, head), _services(head, lines), *_closing(policy, head, lines)]
    )  # fmt: skip
    return out.getvalue()


def _opening(practice: Practice, policy: StatementPolicy, head: Mapping[str, Any]) -> list[Flowable]:
    name = ParagraphStyle("name", BOLD, fontSize=14, leading=17)
    big = ParagraphStyle("big", BOLD, fontSize=17, leading=21, alignment=TA_RIGHT)
    left = [
        _text(practice.name, name), *(_text(one, FINE) for one in printed.address_lines(practice.address)), _text(f"Billing office {printed.phone(practice.contact.phone)}", FINE),
        Spacer(1, 16), *(_text(one, BODY) for one in _addressee(head)),
    ]  # fmt: skip
    facts = [
        ("Statement", head["statement_id"]), ("Date", printed.day(head["statement_on"])), ("Account", head["guarantor_id"]),
        ("You owe in all", printed.money(head["due_cents"])), ("Please pay by", printed.day(head["pay_by"])),
    ]  # fmt: skip
    asked = "Your instalment" if head["plan_id"] else "Please pay"
    rows = [[_text(label, FINE), _text(value, RIGHT)] for label, value in facts]
    rows.append([_text(asked, BOLD), _text(printed.money(head["pay_now_cents"]), big)])
    box = Table(
        rows, colWidths=[1.15 * inch, 1.65 * inch],
        style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("TOPPADDING", (0, 0), (-1, -1), 2.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
               ("BACKGROUND", (0, -1), (-1, -1), SHADE), ("LINEABOVE", (0, -1), (-1, -1), 0.8, INK), ("BOX", (0, 0), (-1, -1), 0.5, RULE),
               ("TOPPADDING", (0, -1), (-1, -1), 5), ("BOTTOMPADDING", (0, -1), (-1, -1), 7)],
    )  # fmt: skip
    top = Table(
        [[left, box]], colWidths=[WIDTH - 2.8 * inch, 2.8 * inch],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)],
    )  # fmt: skip
    title = policy.payment_plans.title
    if head["plan_id"] is None:
        title = next((one.title for one in policy.levels if one.level == head["level"]), "Your statement")
    return [top, Spacer(1, 14), _text(title, HEADING), _text(head["message"], BODY), Spacer(1, 9)]


def _services(head: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Table:
    """A row per service under who was treated and by whom, and the sums."""
    titles = ("Date", "Service", "Charge", "Insurance paid", "Taken off", "You paid", "You owe")
    rows: list[list[Any]] = [[_text(one, FINE if place < 2 else RIGHT_FINE) for place, one in enumerate(titles)]]
    style: list[Any] = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK), ("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5), ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("LINEABOVE", (0, -1), (-1, -1), 0.8, INK), ("BACKGROUND", (0, -1), (-1, -1), SHADE),
    ]  # fmt: skip
    seen: object = None
    for line in lines:
        if seen != (seen := (line["claim_id"], line["patient_name"])):
            by = f", treated by {line['provider_name']}" if line["provider_name"] else ""
            style += [
                ("SPAN", (0, len(rows)), (-1, len(rows))),
                ("TOPPADDING", (0, len(rows)), (-1, len(rows)), 5),
                ("NOSPLIT", (0, len(rows)), (-1, len(rows) + 1)),
            ]
            rows.append([_text(f"{line['patient_name']}{by} (claim {line['claim_id']})", ParagraphStyle("who", SMALL, fontName="Helvetica-Bold")), *[""] * 6])  # fmt: skip
        what = f"Procedure {line['procedure_code']}" if line["procedure_code"] else "All services of the claim"
        again = f", asked for {line['notice_no'] - 1} time{'s' if line['notice_no'] > 2 else ''} before" if line["notice_no"] > 1 else ""  # fmt: skip
        style.append(("LINEBELOW", (0, len(rows)), (-1, len(rows)), 0.3, RULE))
        rows.append(
            [_text(f"{line['service_on']:%m/%d/%Y}", SMALL), _text(what + again, SMALL), *_amounts(line, RIGHT)]
        )
    rows.append([_text("In all", BOLD), "", *_amounts(head, RIGHT_BOLD)])
    widths = [0.8 * inch, WIDTH - 5.15 * inch, *[0.87 * inch] * 5]
    return Table(rows, colWidths=widths, repeatRows=1, style=style)


def _amounts(row: Mapping[str, Any], style: ParagraphStyle) -> list[Paragraph]:
    columns = ("charge_cents", "insurance_cents", "adjusted_cents", "patient_cents", "due_cents")
    return [_text(printed.money(row[name]), style) for name in columns]


def _closing(policy: StatementPolicy, head: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> list[Flowable]:
    ages = [0] * len(BUCKETS)
    for line in lines:
        ages[next(place for place, (upto, _) in enumerate(BUCKETS) if upto is None or line["responsible_days"] <= upto)] += line["due_cents"]  # fmt: skip
    table = Table(
        [[_text(name, RIGHT_FINE) for _, name in BUCKETS], [_text(printed.money(cents), RIGHT) for cents in ages]],
        colWidths=[WIDTH / len(BUCKETS)] * len(BUCKETS),
        style=[("BOX", (0, 0), (-1, -1), 0.5, RULE), ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)],
    )  # fmt: skip
    pay = [_text(f"\N{BULLET} {one}", SMALL) for one in policy.how_to_pay]
    if head["offer_months"]:
        offer = f"{head['offer_months']} monthly payments of {printed.money(head['offer_cents'])}"
        pay.insert(0, _text(f"\N{BULLET} In parts: you may pay this in {offer} (the last may be less). Call us to agree on it.", SMALL))  # fmt: skip
    return [
        Spacer(1, 6), _text(WORDS, FINE), Spacer(1, 6), KeepTogether([_text(AGES, FINE), Spacer(1, 3), table]), Spacer(1, 4),
        KeepTogether([_text("How to pay", HEADING), *pay]),
    ]  # fmt: skip


def _slip(canvas: Any, _document: Any, *, practice: Practice, head: Mapping[str, Any]) -> None:
    """The slip at the foot of the first page: what it is for, how much, and both addresses, ours in the return window."""
    canvas.saveState()
    canvas.setDash(3, 3)
    canvas.setStrokeColor(FAINT)
    canvas.line(MARGIN / 2, SLIP, letter[0] - MARGIN / 2, SLIP)
    canvas.setDash()
    cut = "Cut here and send this part with your check. Write the statement number on the check."
    rows: Sequence[tuple[str, str]] = (
        ("Statement", head["statement_id"]), ("Account", head["guarantor_id"]), ("Please pay by", printed.day(head["pay_by"])),
        ("You owe in all", printed.money(head["due_cents"])), ("Please pay", printed.money(head["pay_now_cents"])), ("I am paying", "$"),
    )  # fmt: skip
    facts = Table(
        [[_text(label, FINE), _text(value, BODY if label == "I am paying" else RIGHT)] for label, value in rows],
        colWidths=[1.15 * inch, 1.65 * inch], rowHeights=[16] * 5 + [24],
        style=[("GRID", (0, 0), (-1, -1), 0.4, RULE), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("BACKGROUND", (0, 4), (-1, 4), SHADE)],
    )  # fmt: skip
    left = [
        *(_text(one, SMALL) for one in _addressee(head)), Spacer(1, 30), _text("Make the check out to, and send it to:", FINE), Spacer(1, 2),
        _text(practice.name, BOLD), *(_text(one, BODY) for one in printed.address_lines(practice.address)),
    ]  # fmt: skip
    block = Table(
        [[left, facts]], colWidths=[WIDTH - 2.8 * inch, 2.8 * inch],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)],
    )  # fmt: skip
    line = _text(cut, FINE)
    line.wrapOn(canvas, WIDTH, 20)
    line.drawOn(canvas, MARGIN, SLIP - 15)
    _, height = block.wrapOn(canvas, WIDTH, SLIP)
    block.drawOn(canvas, MARGIN, SLIP - 26 - height)
    canvas.restoreState()
    _foot(canvas, _document, head=head, height=0.35 * inch)


def _foot(canvas: Any, _document: Any, *, head: Mapping[str, Any], height: float = 0.5 * inch) -> None:
    """Statement and page number, so that a loose page finds its statement again."""
    canvas.saveState()
    canvas.setFont("Helvetica", 7.5)
    canvas.setFillColor(FAINT)
    canvas.drawString(MARGIN, height, f"Statement {head['statement_id']}   Confidential: for the person named above.")
    canvas.drawRightString(letter[0] - MARGIN, height, f"Page {canvas.getPageNumber()}")
    canvas.restoreState()


def _addressee(head: Mapping[str, Any]) -> list[str]:
    return [head["name"], *printed.lines(head["line1"], head["line2"], head["city"], head["state"], head["zip"])]


def _text(value: str, style: ParagraphStyle) -> Paragraph:
    """A paragraph of plain text: nothing in it is markup of the library's."""
    return Paragraph(escape("".join(printed.printable(char) for char in value)), style)
