"""What the request writers (write_270.py, write_276.py, write_278.py) share: people, parties, segments, and the interchange.

A request that cannot be written is refused by its own trace number and never takes the others along: the writers raise
RequestsRefused with every refusal, and the caller writes again without those. Lengths are those of the X12 data
dictionary, version 005010. No text of an error holds a value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pm_pipeline.x12.claim_837p import Address, Contact, OrganizationName, PersonName
from pm_pipeline.x12.loops_837p_spelling import Spelling
from pm_pipeline.x12.write import InterchangeHeader, InterchangeWriter, X12DataError, day8
from pm_pipeline.x12.write_837p import GroupHeader

# the least and most characters of an element
LENGTHS: dict[str, tuple[int, int]] = {
    "AMT02": (1, 18), "BHT03": (1, 50), "CL101": (1, 1), "CL102": (1, 1), "CL103": (1, 2), "DMG03": (1, 1), "EQ03": (3, 3),
    "HSD01": (2, 2), "HSD02": (1, 15), "HSD03": (2, 2), "HSD04": (1, 6), "HSD05": (1, 2), "HSD06": (1, 3), "INS02": (2, 2),
    "MSG01": (1, 264), "N301": (1, 55), "N302": (1, 55), "N401": (2, 30), "N402": (2, 2), "N403": (3, 15), "N404": (2, 3),
    "N407": (1, 3), "NM101": (2, 3), "NM103": (1, 60), "NM104": (1, 35), "NM105": (1, 25), "NM107": (1, 10),
    "NM108": (1, 2), "NM109": (2, 80), "PER02": (1, 60), "PER04": (1, 256), "PER06": (1, 256), "PER08": (1, 256),
    "PRV01": (1, 3), "PRV03": (1, 50), "REF01": (2, 3), "REF02": (1, 50), "SV102": (1, 18), "SV103": (2, 2), "SV104": (1, 15),
    "SV201": (1, 48), "SV203": (1, 18), "SV204": (2, 2), "SV205": (1, 15), "SVC02": (1, 18), "SVC04": (1, 48),
    "SVC07": (1, 15), "TRN02": (1, 50), "TRN03": (10, 10), "UM01": (2, 2), "UM02": (1, 1), "UM03": (1, 2), "UM06": (1, 3),
    "UM09": (1, 1), "UM10": (1, 2),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    """An NM1: who pays, who asks. id_qualifier is NM108 (PI payer, XV national plan, 46 trading partner, XX NPI, FI tax id)."""

    name: OrganizationName | PersonName
    identifier: str
    id_qualifier: str = "PI"


@dataclass(frozen=True, slots=True)
class Reference:
    """A REF: qualifier and number."""

    qualifier: str
    number: str


@dataclass(frozen=True, slots=True)
class ProviderParty:
    """A provider with what may follow its NM1. entity is NM101, provider_code PRV01, sent with the taxonomy only."""

    party: Party
    entity: str = "1P"
    references: tuple[Reference, ...] = ()
    address: Address | None = None
    contact: Contact | None = None
    taxonomy: str | None = None
    provider_code: str = "PE"


@dataclass(frozen=True, slots=True)
class Member:
    """The subscriber. Without a name the member id stands alone, which only a 270 about a dependent allows."""

    name: PersonName | OrganizationName | None
    member_id: str | None
    birth_on: dt.date | None = None
    sex: str | None = None
    address: Address | None = None
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Dependent:
    """A patient who is not the subscriber. relationship is INS02 (01 spouse, 19 child, 34 other adult, G8 other)."""

    name: PersonName
    birth_on: dt.date | None = None
    sex: str | None = None
    relationship: str | None = None
    address: Address | None = None
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure composite: qualifier (HC, AD dental, N4 drug), code, up to four modifiers."""

    code: str
    modifiers: tuple[str, ...] = ()
    qualifier: str = "HC"


@dataclass(frozen=True, slots=True)
class Period:
    """A day, or the first and last of several."""

    first: dt.date
    last: dt.date | None = None


@dataclass(frozen=True, slots=True)
class RequestPlace:
    """Where a request lies in the interchange: its first and last segment, both included."""

    trace: str
    st02: str
    first_segment_no: int
    last_segment_no: int


@dataclass(frozen=True, slots=True)
class RequestRefusal:
    """A request that cannot be written. text names the loop and element, never the value."""

    trace: str
    text: str


@dataclass(frozen=True)
class WrittenRequests:
    """An interchange. changed counts, by loop and element, the names that needed more than upper case."""

    text: str
    requests: list[RequestPlace]
    changed: dict[str, int]


class RequestsRefused(X12DataError):
    """Some requests hold values X12 cannot carry, or lack what the guide requires. Write again without `refusals`."""

    def __init__(self, refusals: list[RequestRefusal]) -> None:
        super().__init__(f"{len(refusals)} requests cannot be written.")
        self.refusals = refusals


class RequestWriter(InterchangeWriter):
    """One interchange with one group of requests. Call begin, extend, request ..., end_set, then finish."""

    def __init__(self, header: InterchangeHeader, group: GroupHeader, gs01: str, guide: str) -> None:
        super().__init__(header)
        self.spell = Spelling()
        self.guide = guide
        self.places: list[RequestPlace] = []
        self.refusals: list[RequestRefusal] = []
        self._st02 = ""
        self.begin_group(gs01, group.sender_code, group.receiver_code, group.number, guide)

    def begin(self, st01: str, number: int) -> None:
        """ST of a set."""
        self._st02 = f"{number:04d}"
        self.begin_set(st01, self._st02, self.guide)

    def extend(self, segments: Iterable[str]) -> None:
        """Add finished segments."""
        self._segments.extend(segments)

    def request(self, trace: str, build: Callable[[], list[str]]) -> int:
        """Add one request, or its refusal. Returns how many HL it has."""
        try:
            segments = build()
        except X12DataError as problem:
            self.refusals.append(RequestRefusal(trace, str(problem)))
            return 0
        start = self.next_segment_no
        self.extend(segments)
        self.places.append(RequestPlace(trace, self._st02, start, self.next_segment_no - 1))
        return sum(one.startswith("HL*") for one in segments)

    def finish(self) -> WrittenRequests:
        """End the group. Raises RequestsRefused when a request was refused."""
        if self.refusals:
            raise RequestsRefused(self.refusals)
        self.end_group()
        return WrittenRequests(self.text(), self.places, dict(self.spell.changed))


def segment(loop: str, tag: str, *elements: str) -> str:
    """A finished segment without its terminator. Raises X12DataError when an element is too short or too long."""
    for place, value in enumerate(elements, start=1):
        limits = LENGTHS.get(f"{tag}{place:02}") if value else None
        if limits and not limits[0] <= len(value) <= limits[1]:
            raise X12DataError(
                f"{loop} {tag}{place:02} has {len(value)} characters; it must have {limits[0]} to {limits[1]}."
            )
    return "*".join((tag, *elements)).rstrip("*")


def needed(value: str | None, place: str) -> str:
    """`value`, which the guide requires. Raises X12DataError naming the place when there is none."""
    if not value or not value.strip():
        raise X12DataError(f"{place} is empty; the guide requires it.")
    return value


def header_segment(spell: Spelling, structure: str, reference: str, at: dt.datetime) -> str:
    """BHT of a request (BHT02 13)."""
    number = spell.identifier(needed(reference, "BHT03"), "BHT03")
    return segment("Header", "BHT", structure, "13", number, day8(at), f"{at:%H%M}")


def name_segment(spell: Spelling, entity: str, party: Party, loop: str) -> str:
    """NM1 of a party; name and number are required."""
    number = spell.identifier(needed(party.identifier, f"{loop} NM109"), f"{loop} NM109")
    qualifier = spell.identifier(needed(party.id_qualifier, f"{loop} NM108"), f"{loop} NM108")
    return segment(loop, "NM1", entity, *_name(spell, party.name, loop), qualifier, number)


def provider_segments(spell: Spelling, provider: ProviderParty, loop: str, *, with_contact: bool) -> list[str]:
    """NM1, REF, N3, N4, PER, PRV. A 270 has no place for the contact."""
    segments = [
        name_segment(spell, spell.identifier(provider.entity, f"{loop} NM101"), provider.party, loop),
        *reference_segments(spell, provider.references, loop),
        *_address(spell, provider.address, loop),
    ]
    if with_contact and provider.contact is not None:
        segments.append(_contact(spell, provider.contact, loop))
    if provider.taxonomy:
        code, taxonomy = (
            spell.identifier(needed(provider.provider_code, f"{loop} PRV01"), f"{loop} PRV01"),
            spell.identifier(provider.taxonomy, f"{loop} PRV03"),
        )
        segments.append(segment(loop, "PRV", code, "PXC", taxonomy))
    return segments


def member_name(spell: Spelling, member: Member, loop: str) -> str:
    """NM1*IL; name and member id may be absent, and the caller says when they may not."""
    name = ("1", "", "", "", "", "") if member.name is None else _name(spell, member.name, loop)
    member_id = spell.identifier(member.member_id, f"{loop} NM109")
    return segment(loop, "NM1", "IL", *name, "MI" if member_id else "", member_id)


def member_segments(spell: Spelling, member: Member, loop: str) -> list[str]:
    """NM1*IL, REF, N3, N4, DMG."""
    return [
        member_name(spell, member, loop),
        *reference_segments(spell, member.references, loop),
        *_address(spell, member.address, loop),
        *demographics(spell, member.birth_on, member.sex, loop),
    ]


def dependent_segments(spell: Spelling, dependent: Dependent, entity: str, loop: str) -> list[str]:
    """NM1, REF, N3, N4, DMG, INS."""
    segments = [
        segment(loop, "NM1", entity, *_name(spell, dependent.name, loop)),
        *reference_segments(spell, dependent.references, loop),
        *_address(spell, dependent.address, loop),
        *demographics(spell, dependent.birth_on, dependent.sex, loop),
    ]
    if dependent.relationship:
        segments.append(segment(loop, "INS", "N", spell.identifier(dependent.relationship, f"{loop} INS02")))
    return segments


def demographics(spell: Spelling, birth_on: dt.date | None, sex: str | None, loop: str) -> list[str]:
    """DMG, or nothing when neither birth date nor sex is given."""
    code = spell.identifier(sex, f"{loop} DMG03")
    if birth_on is None and not code:
        return []
    return [segment(loop, "DMG", *(("", "") if birth_on is None else ("D8", day8(birth_on))), code)]


def reference_segments(spell: Spelling, references: Iterable[Reference], loop: str) -> list[str]:
    """REF segments in the order given."""
    return [
        segment(
            loop, "REF", spell.identifier(needed(one.qualifier, f"{loop} REF01"), f"{loop} REF01"),
            spell.identifier(needed(one.number, f"{loop} REF02"), f"{loop} REF02"),
        )
        for one in references
    ]  # fmt: skip


def date_segment(qualifier: str, period: Period, loop: str) -> str:
    """DTP with a day (D8) or a range (RD8). Raises X12DataError when the range ends before it begins."""
    if period.last is None or period.last == period.first:
        return f"DTP*{qualifier}*D8*{day8(period.first)}"
    if period.last < period.first:
        raise X12DataError(f"{loop} DTP03 ({qualifier}) ends before it begins.")
    return f"DTP*{qualifier}*RD8*{day8(period.first)}-{day8(period.last)}"


def procedure_composite(spell: Spelling, procedure: Procedure, place: str) -> str:
    """Qualifier, code and modifiers joined. Raises X12DataError for more than four modifiers."""
    if len(procedure.modifiers) > 4:
        raise X12DataError(f"{place} has {len(procedure.modifiers)} modifiers; it can have four.")
    code = spell.identifier(needed(procedure.code, f"{place}-2"), f"{place}-2")
    modifiers = [spell.identifier(needed(one, f"{place}-3"), f"{place}-3") for one in procedure.modifiers]
    if any(len(one) != 2 for one in modifiers):
        raise X12DataError(f"{place} has a modifier that is not of two characters.")
    return ":".join([spell.identifier(needed(procedure.qualifier, f"{place}-1"), f"{place}-1"), code, *modifiers])


def _name(spell: Spelling, name: OrganizationName | PersonName, loop: str) -> tuple[str, str, str, str, str, str]:
    """NM102 to NM107; the last or organization name is required, also after what X12 cannot carry has gone from it."""
    if isinstance(name, OrganizationName):
        return ("2", needed(spell.name(name.name, loop, "NM103"), f"{loop} NM103"), "", "", "", "")
    return (
        "1",
        needed(spell.name(name.last, loop, "NM103"), f"{loop} NM103"),
        spell.name(name.first, loop, "NM104"),
        spell.name(name.middle, loop, "NM105"),
        "",
        spell.name(name.suffix, loop, "NM107"),
    )


def _address(spell: Spelling, address: Address | None, loop: str) -> list[str]:
    """N3 and N4; the first line and the city are required."""
    if address is None:
        return []
    return [
        segment(
            loop, "N3", needed(spell.name(address.line1, loop, "N301"), f"{loop} N301"),
            spell.name(address.line2, loop, "N302"),
        ),
        segment(
            loop, "N4", needed(spell.name(address.city, loop, "N401"), f"{loop} N401"),
            spell.identifier(address.state, f"{loop} N402"), spell.identifier(address.zip, f"{loop} N403"),
            spell.identifier(address.country, f"{loop} N404"), "", "", spell.identifier(address.subdivision, f"{loop} N407"),
        ),
    ]  # fmt: skip


def _contact(spell: Spelling, contact: Contact, loop: str) -> str:
    """PER*IC with up to three numbers."""
    given = (("TE", contact.phone), ("EX", contact.extension), ("FX", contact.fax), ("EM", contact.email))
    numbers = [(qualifier, value) for qualifier, value in given if value]
    if not numbers or len(numbers) > 3:
        raise X12DataError(f"{loop} PER has {len(numbers)} numbers; it must have one to three.")
    pairs = [
        part
        for place, (qualifier, value) in enumerate(numbers)
        for part in (qualifier, spell.identifier(value, f"{loop} PER{4 + 2 * place:02}"))
    ]
    return segment(loop, "PER", "IC", spell.name(contact.name, loop, "PER02"), *pairs)
