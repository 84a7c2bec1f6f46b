"""One letter as a PDF: letterhead, address window, reference block, text, table of services, signature, enclosures.

Pages are US Letter. The same sheet gives the same bytes (no clock, no random ids), so a letter's hash is its content's.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.platypus import Flowable, KeepTogether, ListFlowable, Paragraph, SimpleDocTemplate, Spacer, Table

from pm_pipeline.receivables.printed import printable

INK, FAINT, RULE = HexColor("#1a1a1a"), HexColor("#555555"), HexColor("#b8b8b8")
BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=10.5, leading=13.5, spaceAfter=8, textColor=INK)
HEADING = ParagraphStyle("heading", BODY, fontName="Times-Bold", spaceBefore=3, spaceAfter=5, keepWithNext=1)
SMALL = ParagraphStyle("small", BODY, fontSize=9.5, leading=12, spaceAfter=0)
LABEL = ParagraphStyle("label", SMALL, textColor=FAINT)
NUMBER = ParagraphStyle("number", SMALL, alignment=TA_RIGHT)
SERVICES = "[[services]]"
MARGIN = 1.1 * inch
PADDING = 6  # points the library keeps free inside its frame


@dataclass(frozen=True)
class Sheet:
    """What stands on the letter. body: Markdown with paragraphs, `## headings`, `- ` lists, **bold** and [[services]]."""

    practice: dict[str, Any]
    payer: dict[str, Any]
    today: str
    subject: str
    reference: list[tuple[str, str]]
    body: str
    services: list[tuple[str, ...]]
    signer: tuple[str, str]
    enclosures: list[str]


def make_pdf(sheet: Sheet) -> bytes:
    """The letter's bytes. Raises Unprintable."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=letter, leftMargin=MARGIN - PADDING, rightMargin=MARGIN - PADDING, topMargin=0.75 * inch, bottomMargin=0.9 * inch,
        title="Appeal", author=sheet.practice["name"], subject=sheet.subject, invariant=1,
    )  # fmt: skip
    body = _body(sheet)
    # the signature never stands alone on a page
    story = [*_opening(sheet), *body[:-1], KeepTogether([*body[-1:], *_signature(sheet)]), *_enclosures(sheet)]
    foot = partial(_foot, sheet=sheet)
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _opening(sheet: Sheet) -> list[Flowable]:
    practice = sheet.practice
    name = ParagraphStyle("name", BODY, fontName="Times-Bold", fontSize=15, leading=18, spaceAfter=1)
    head = [
        _text(practice["name"], name),
        _text(" \N{MIDDLE DOT} ".join([*practice["address"], practice["phone"]]), LABEL),
        _text(f"NPI {practice['npi']} \N{MIDDLE DOT} Tax ID {practice['tax_id'][:2]}-{practice['tax_id'][2:]}", LABEL),
    ]
    rule = Table([[""]], colWidths=["100%"], rowHeights=[8], style=[("LINEBELOW", (0, 0), (-1, -1), 0.8, INK)])
    address = [_text(line, ParagraphStyle("address", BODY, spaceAfter=0)) for line in _addressee(sheet)]
    rows = [[_text(label, LABEL), _text(value, SMALL)] for label, value in sheet.reference]
    half = (len(rows) + 1) // 2
    pairs = [[*rows[place], *(rows[place + half] if place + half < len(rows) else ("", ""))] for place in range(half)]
    block = Table(
        pairs,
        colWidths=[1.25 * inch, 1.85 * inch, 1.25 * inch, 1.95 * inch],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4),
               ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2), ("BOX", (0, 0), (-1, -1), 0.5, RULE)],
    )  # fmt: skip
    return [
        *head, rule, Spacer(1, 14), _text(sheet.today, BODY), Spacer(1, 4), *address, Spacer(1, 14),
        _text(f"RE: {sheet.subject}", HEADING), block, Spacer(1, 14),
    ]  # fmt: skip


def _addressee(sheet: Sheet) -> list[str]:
    return [sheet.payer["name"], "Appeals and Grievances", *sheet.payer["address"]]


def _body(sheet: Sheet) -> list[Flowable]:
    story: list[Flowable] = []
    for block in re.split(r"\n\s*\n", sheet.body.strip()):
        lines = [line.strip() for line in block.strip().splitlines()]
        if not lines:
            continue
        if lines == [SERVICES]:
            story += [_services(sheet.services), Spacer(1, 12)]
        elif lines[0].startswith("## "):
            story.append(_text(lines[0][3:], HEADING))
            if lines[1:]:
                story.append(_text(" ".join(lines[1:]), BODY))
        elif all(line.startswith("- ") for line in lines):
            items = [_text(line[2:], ParagraphStyle("item", BODY, spaceAfter=3)) for line in lines]
            story += [
                ListFlowable(
                    items, bulletType="bullet", start="\N{BULLET}", leftIndent=16, bulletFontSize=BODY.fontSize
                ),
                Spacer(1, 6),
            ]
        elif any(line.startswith("- ") for line in lines):
            at = next(place for place, line in enumerate(lines) if line.startswith("- "))
            items = [_text(one, ParagraphStyle("item", BODY, spaceAfter=3)) for one in _items(lines[at:])]
            lead = [_text(" ".join(lines[:at]), BODY)] if at else []
            story += [
                *lead,
                ListFlowable(
                    items, bulletType="bullet", start="\N{BULLET}", leftIndent=16, bulletFontSize=BODY.fontSize
                ),
                Spacer(1, 6),
            ]
        else:
            story.append(_text(" ".join(lines), BODY))
    return story


def _items(lines: list[str]) -> list[str]:
    """List items; a line without a dash goes on with the one before."""
    items: list[str] = []
    for line in lines:
        if line.startswith("- "):
            items.append(line[2:])
        else:
            items[-1] += f" {line}"
    return items


def _services(rows: list[tuple[str, ...]]) -> Table:
    head, *services = rows
    last = len(head) - 1
    cells = [[_text(value, NUMBER if place == last else LABEL) for place, value in enumerate(head)]]
    cells += [[_text(value, NUMBER if place == last else SMALL) for place, value in enumerate(row)] for row in services]
    return Table(
        cells,
        colWidths=[1.35 * inch, 0.9 * inch, 0.95 * inch, 1.5 * inch, 0.6 * inch, 1.0 * inch],
        repeatRows=1,
        style=[("LINEBELOW", (0, 0), (-1, 0), 0.8, INK), ("LINEBELOW", (0, 1), (-1, -1), 0.3, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP"),
               ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 3), ("LEFTPADDING", (0, 0), (-1, -1), 4),
               ("RIGHTPADDING", (0, 0), (-1, -1), 4)],
    )  # fmt: skip


def _signature(sheet: Sheet) -> list[Flowable]:
    name, title = sheet.signer
    plain = ParagraphStyle("signature", BODY, spaceAfter=0)
    lines = [name, title, sheet.practice["name"], f"Telephone {sheet.practice['phone']}"]
    return [Spacer(1, 4), _text("Sincerely,", BODY), Spacer(1, 30), *(_text(line, plain) for line in lines)]


def _enclosures(sheet: Sheet) -> list[Flowable]:
    if not sheet.enclosures:
        return []
    return [KeepTogether([Spacer(1, 14), _text("Enclosures", LABEL), *(_text(one, SMALL) for one in sheet.enclosures)])]


def _foot(canvas: Any, _document: Any, *, sheet: Sheet) -> None:
    """Page number and claim number, so that a loose sheet finds its letter again."""
    ours = dict(sheet.reference).get("Our claim no.", "")
    canvas.saveState()
    canvas.setFont("Times-Roman", 8.5)
    canvas.setFillColor(FAINT)
    canvas.drawString(
        MARGIN, 0.55 * inch, f"Claim {ours}   Confidential: contains health information of the patient named above."
    )
    canvas.drawRightString(letter[0] - MARGIN, 0.55 * inch, f"Page {canvas.getPageNumber()}")
    canvas.restoreState()


def _text(value: str, style: ParagraphStyle) -> Paragraph:
    """A paragraph of plain text with **bold** parts; nothing in it is markup of the library's own."""
    shown = "".join(printable(char) for char in value)
    return Paragraph(re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(shown)), style)
