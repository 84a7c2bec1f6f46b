"""Reading an 837P as a clearinghouse does: only what is needed to judge and pay a claim.

Independent of the pipeline's own writer on purpose: a mistake made there must not be made here again.
Source: 005010X222A1, loops 2000A to 2400.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pm_pipeline.x12.envelope import BLANK, Delimiters

Segment = list[str]  # tag and elements, padded so that any element can be asked for


@dataclass
class Person:
    """NM1 and DMG. Text as sent; `birth` CCYYMMDD."""

    last: str = ""
    first: str = ""
    identifier: str = ""
    birth: str = ""


@dataclass
class Adjudication:
    """Loop 2430: what the payer SVD01 did with a line. adjustments: (group, reason, cents) of its CAS."""

    payer_id: str
    paid_cents: int
    adjustments: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass
class OtherPayer:
    """Loops 2320 and 2330B: another payer and what it paid (AMT*D); adjustments are those of the claim as a whole."""

    turn: str
    payer_id: str = ""
    paid_cents: int | None = None
    adjustments: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass
class Line:
    """Loop 2400. `line_id` is REF*6R, else LX01."""

    line_id: str
    procedure: str = ""
    modifiers: list[str] = field(default_factory=list)
    charge_cents: int = 0
    units: str = "1"
    dos_from: dt.date = dt.date.min
    dos_to: dt.date = dt.date.min
    adjudications: list[Adjudication] = field(default_factory=list)


@dataclass
class Claim:
    """One CLM with what stands around it. `turn` is SBR01 in words; `original_number` REF*F8."""

    clm01: str
    charge_cents: int
    place_of_service: str
    frequency: str
    turn: str
    payer_id: str
    billing_npi: str
    subscriber: Person
    patient: Person
    rendering: Person = field(default_factory=Person)
    authorization: str = ""
    original_number: str = ""
    diagnoses: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    others: list[OtherPayer] = field(default_factory=list)

    @property
    def dos_from(self) -> dt.date:
        """The first day of service of any line."""
        return min((line.dos_from for line in self.lines), default=dt.date.min)

    @property
    def dos_to(self) -> dt.date:
        """The last day of service of any line."""
        return max((line.dos_to for line in self.lines), default=dt.date.min)


@dataclass
class ClaimBatch:
    """One transaction set: who sent it (1000A), under which reference (BHT03), for whom (2010AA), which claims."""

    st02: str
    reference: str = ""
    submitter_name: str = ""
    submitter_id: str = ""
    billing_name: str = ""
    billing_npi: str = ""
    claims: list[Claim] = field(default_factory=list)


class Unreadable(ValueError):
    """A value of the 837 that cannot be understood; the text names segment and element, never the value."""


def read_batch(text: str, marks: Delimiters) -> ClaimBatch:
    """Read one ST..SE. Raises Unreadable."""
    reader = _Reader(marks)
    for segment in _segments(text, marks):
        reader.take(segment)
    return reader.batch


def _segments(text: str, marks: Delimiters) -> Iterator[Segment]:
    for piece in text.split(marks.terminator):
        if trimmed := piece.strip(BLANK):
            yield [part.strip() for part in trimmed.split(marks.element)] + [""] * 16


_TURNS = {"P": "primary", "S": "secondary", "T": "tertiary"}


class _Reader:
    """Walks the segments; knows in which loop it is by the last HL, SBR, CLM and LX."""

    def __init__(self, marks: Delimiters) -> None:
        self.marks = marks
        self.batch = ClaimBatch("")
        self.level = ""
        self.subscriber, self.patient = Person(), Person()
        self.turn, self.payer_id = "primary", ""
        self.claim: Claim | None = None
        self.line: Line | None = None
        self.is_other_payer = False

    def take(self, seg: Segment) -> None:
        """One segment."""
        if handle := getattr(self, f"_{seg[0].lower()}", None):
            handle(seg)

    def _st(self, seg: Segment) -> None:
        self.batch.st02 = seg[2]

    def _bht(self, seg: Segment) -> None:
        self.batch.reference = seg[3]

    def _hl(self, seg: Segment) -> None:
        self.level, self.claim, self.line, self.is_other_payer = seg[3], None, None, False
        if self.level == "22":
            self.subscriber = Person()
        self.patient = Person()

    def _sbr(self, seg: Segment) -> None:
        if self.claim is None:
            self.turn = _TURNS.get(seg[1], "tertiary")
        else:
            self.is_other_payer = True
            self.claim.others.append(OtherPayer(_TURNS.get(seg[1], "tertiary")))

    def _amt(self, seg: Segment) -> None:
        if self.claim is not None and self.claim.others and self.line is None and seg[1] == "D":
            self.claim.others[-1].paid_cents = _cents(seg[2], "AMT02")

    def _svd(self, seg: Segment) -> None:
        if self.line is not None:
            self.line.adjudications.append(Adjudication(seg[1], _cents(seg[2], "SVD02")))

    def _cas(self, seg: Segment) -> None:
        said = self.line.adjudications if self.line is not None else self.claim.others if self.claim else []
        if said:
            triplets = [(seg[at], seg[at + 1]) for at in range(2, 20, 3) if seg[at]]
            said[-1].adjustments += [(seg[1], reason, _signed(amount, "CAS03")) for reason, amount in triplets]

    def _nm1(self, seg: Segment) -> None:
        who = Person(seg[3], seg[4], seg[9])
        if self.claim is None:
            match seg[1]:
                case "41":
                    self.batch.submitter_name, self.batch.submitter_id = seg[3], seg[9]
                case "85":
                    self.batch.billing_name, self.batch.billing_npi = seg[3], seg[9]
                case "IL":
                    self.subscriber = who
                case "PR":
                    self.payer_id = seg[9]
                case "QC":
                    self.patient = who
                case _:
                    pass
        elif self.line is None and self.is_other_payer:
            if seg[1] == "PR":
                self.claim.others[-1].payer_id = seg[9]
        elif seg[1] == "82" and self.line is None:
            self.claim.rendering = who

    def _dmg(self, seg: Segment) -> None:
        if self.claim is None:
            (self.patient if self.level == "23" else self.subscriber).birth = seg[2]

    def _clm(self, seg: Segment) -> None:
        parts = [*seg[5].split(self.marks.component), "", ""]
        self.line, self.is_other_payer = None, False
        self.claim = Claim(
            clm01=seg[1], charge_cents=_cents(seg[2], "CLM02"), place_of_service=parts[0], frequency=parts[2] or "1",
            turn=self.turn, payer_id=self.payer_id, billing_npi=self.batch.billing_npi, subscriber=self.subscriber,
            patient=self.patient if self.level == "23" else self.subscriber,
        )  # fmt: skip
        self.batch.claims.append(self.claim)

    def _ref(self, seg: Segment) -> None:
        if self.claim is None or (self.is_other_payer and self.line is None):
            return
        if self.line is not None:
            if seg[1] == "6R":
                self.line.line_id = seg[2]
        elif seg[1] == "G1":
            self.claim.authorization = seg[2]
        elif seg[1] == "F8":
            self.claim.original_number = seg[2]

    def _hi(self, seg: Segment) -> None:
        if self.claim is not None:
            pairs = [part.split(self.marks.component) for part in seg[1:] if part]
            self.claim.diagnoses += [
                pair[1] for pair in pairs if pair[0] in ("ABK", "ABF", "BK", "BF") and len(pair) > 1
            ]

    def _lx(self, seg: Segment) -> None:
        if self.claim is not None:
            self.line = Line(seg[1])
            self.claim.lines.append(self.line)

    def _sv1(self, seg: Segment) -> None:
        if self.line is not None:
            product = seg[1].split(self.marks.component)
            self.line.procedure = product[1] if len(product) > 1 else ""
            self.line.modifiers = [part for part in product[2:6] if part]
            self.line.charge_cents, self.line.units = _cents(seg[2], "SV102"), seg[4]

    def _dtp(self, seg: Segment) -> None:
        if self.line is not None and seg[1] == "472":
            days = seg[3].split("-")
            self.line.dos_from, self.line.dos_to = _day(days[0]), _day(days[-1])


def _cents(text: str, element: str) -> int:
    found = re.fullmatch(r"([0-9]*)(?:\.([0-9]{1,2}))?", text)
    if not found or not text.strip("."):
        raise Unreadable(f"{element} is not an amount")
    return int(found[1] or 0) * 100 + int((found[2] or "").ljust(2, "0"))


def _signed(text: str, element: str) -> int:
    return -_cents(text[1:], element) if text.startswith("-") else _cents(text, element)


def _day(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  (a day has no time zone)
    except ValueError:
        raise Unreadable("DTP03 is not a day") from None
