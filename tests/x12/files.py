"""Small synthetic X12 files for the tests, built segment by segment, and ways to look at what was made of them.

A file is a list of segments written with the usual marks (``*`` and ``:``) and no terminator; `render` writes it with any
marks. The number of a segment is its place in the list, from 1, so a test can break one segment and name it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from pm_pipeline.warehouse.store import prepare
from pm_pipeline.x12.envelope import Envelope, open_envelope
from pm_pipeline.x12.parts import SetSpan
from pm_pipeline.x12.segments import load_segments, read_guide

BLANK = b" \t\r\n\x00\x1a"
Found = tuple[str, str, int]  # level, code, segment_no
Row = tuple[int, int, str]  # of x12_segment: number of the ST, number of the segment, tag


@dataclass(frozen=True)
class Marks:
    """The separators of one interchange; `before` and `after` stand around every terminator but belong to nothing."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    terminator: str = "~"
    before: str = ""
    after: str = ""


USUAL = Marks()


def interchange(*parts: list[str], number: int = 7, usage: str = "T", count: int | None = None) -> list[str]:
    """ISA, the parts (groups, or TA1 segments) and IEA; `count` is IEA01, the number of groups unless given."""
    inside = [segment for part in parts for segment in part]
    groups = sum(segment.startswith("GS*") for segment in inside)
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}*260302*0830*^*00501*{number:09d}*0*{usage}*:"
    return [isa, *inside, f"IEA*{groups if count is None else count}*{number:09d}"]


def group(*sets: list[str], number: int = 7, gs01: str = "HP", guide: str = "005010X221A1") -> list[str]:
    """GS, the sets and GE."""
    inside = [segment for one in sets for segment in one]
    return [f"GS*{gs01}*SENDER*RECEIVER*20260302*0830*{number}*X*{guide}", *inside, f"GE*{len(sets)}*{number}"]


def one_set(st01: str, st02: str, *body: str, guide: str = "") -> list[str]:
    """ST, the body and an SE that counts them."""
    return [f"ST*{st01}*{st02}" + (f"*{guide}" if guide else ""), *body, f"SE*{len(body) + 2}*{st02}"]


CLAIM = ("CLP*A1*1*100*80*20*12*P1*11*1", "NM1*QC*1*DOE*JOHN****MI*M1", "SVC*HC:99213*100*80**1", "CAS*PR*1*20")


def remittance(st02: str = "0001", *claims: str, paid: str = "80") -> list[str]:
    """An 835 that balances: one claim of 100 dollars of which 80 are paid, unless other claim segments are given."""
    head = (f"BPR*I*{paid}*C*CHK************20260302", "TRN*1*CHECK1*1999999999", "DTM*405*20260302")
    names = ("N1*PR*PAYER", "N1*PE*PRACTICE*XX*1990300018", "LX*1")
    return one_set("835", st02, *head, *names, *(claims or CLAIM))


def bill(st02: str = "0001") -> list[str]:
    """An 837P of one claim: enough of it for counts and sums, not valid by its guide."""
    body = ("BHT*0019*00*B1*20260302*0830*CH", "CLM*C1*120.5***11:B:1", "LX*1", "SV1*HC:99213*120.5*UN*1***1")
    return one_set("837", st02, *body, guide="005010X222A1")


def acknowledgment(st02: str = "0001", *answers: str) -> list[str]:
    """A 999 that answers one set; AK2 loops as given."""
    body = ("AK1*HC*70*005010X222A1", *(answers or ("AK2*837*1001*005010X222A1", "IK5*A")), "AK9*A*1*1*1")
    return one_set("999", st02, *body, guide="005010X231A1")


def whole(number: int = 7) -> list[str]:
    """One interchange, one group, two remittances: 28 segments; the sets are 3 to 14 and 15 to 26, GE is 27."""
    return interchange(group(remittance("0001"), remittance("0002")), number=number)


def changed(segments: list[str], number: int, *instead: str) -> list[str]:
    """The segments with that of this number replaced by none, one or several."""
    return [*segments[: number - 1], *instead, *segments[number:]]


def render(segments: Iterable[str], marks: Marks = USUAL) -> bytes:
    """The bytes of a file: every segment with the separators translated and a terminator behind it."""
    table = str.maketrans({"*": marks.element, ":": marks.component})
    end = marks.before + marks.terminator + marks.after
    written = (segment.translate(table) for segment in segments)
    return "".join(_own_repetition(one, marks) + end for one in written).encode()


def _own_repetition(segment: str, marks: Marks) -> str:
    spot = f"0830{marks.element}^{marks.element}00501"
    return segment.replace(spot, spot.replace("^", marks.repetition)) if segment.startswith("ISA") else segment


def codes(envelope: Envelope) -> list[Found]:
    """Every problem of a file, in file order."""
    return [(one.level, one.code, one.segment_no) for one in envelope.all_problems()]


def outline(envelope: Envelope) -> tuple[str, list[str], list[str], list[str]]:
    """Dispositions of the file, its interchanges, its groups (each as it says of itself) and its sets (as they count)."""
    return (
        envelope.disposition,
        [one.disposition for one in envelope.interchanges],
        [each.disposition for one in envelope.interchanges for each in one.groups],
        [disposition for _, disposition in judged_sets(envelope)],
    )


def judged_sets(envelope: Envelope) -> list[tuple[str, str]]:
    """ST01 and disposition of every set, what its group and interchange say included."""
    return [
        (each.st01, "rejected" if "rejected" in (one.disposition, holder.disposition) else each.disposition)
        for one in envelope.interchanges
        for holder in one.groups
        for each in holder.sets
    ]


def reader() -> duckdb.DuckDBPyConnection:
    """A connection that can read sets."""
    con = duckdb.connect()
    prepare(con, threads=1)
    return con


def set_spans(envelope: Envelope, file_id: str = "", st01: str | None = None) -> list[SetSpan]:
    """The sets of a file that are whole enough to be cut out; a set's id is file_id and the number of its ST."""
    return [
        SetSpan(
            f"{file_id}:{each.first_segment_no}", file_id, each.first_segment_no, one.delimiters, envelope.source,
            each.start, each.end,
        )
        for one in envelope.interchanges
        for holder in one.groups
        for each in holder.sets
        if each.end > each.start and st01 in (None, each.st01)
    ]  # fmt: skip


def segment_rows(con: duckdb.DuckDBPyConnection, envelope: Envelope) -> list[Row]:
    """x12_segment of all sets of a file: number of the ST, number of the segment, tag."""
    return segment_rows_of(con, [envelope])[0]


def segment_rows_of(con: duckdb.DuckDBPyConnection, envelopes: list[Envelope]) -> list[list[Row]]:
    """The same of several files, read at once because a single call costs much more than a small file."""
    load_segments(con, [one for n, each in enumerate(envelopes) for one in set_spans(each, str(n))])
    found: list[list[Row]] = [[] for _ in envelopes]
    sql = "SELECT CAST(file_id AS INTEGER), set_id, segment_no, tag FROM x12_segment ORDER BY file_id, segment_no"
    for place, set_id, number, tag in con.execute(sql).fetchall():
        found[place].append((int(set_id.split(":")[1]), number, tag))
    return found


def read_sets(con: duckdb.DuckDBPyConnection, guide: str, files: list[tuple[str, Envelope]], st01: str) -> None:
    """Leave the tables of read_<guide>.sql of all sets of this ST01 in `con`; files are given with their ids."""
    read_guide(con, guide, [one for file_id, envelope in files for one in set_spans(envelope, file_id, st01)])


def read_835(con: duckdb.DuckDBPyConnection, data: bytes) -> None:
    """Leave the typed 835 tables of a file in `con`."""
    read_sets(con, "835", [("", open_envelope(data))], "835")
