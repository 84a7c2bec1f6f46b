"""Segments in = segments accounted for: a plain count of a file's pieces held against what the reader says of them.

Every terminator-ended piece that is not blank must be exactly one of: a control segment, a TA1, a row of x12_segment, or
something a problem covers. The pieces are counted here from the bytes, with nothing of the reader but what it says:
delimiters, first and last numbers, dispositions and problems.

What a problem covers: one of a file, all that follows its segment; one of an interchange or group that is rejected, all of
that; one of a set that does not stand, that set; STRAY_SEGMENT, the run of segments from its own up to the next control
segment; NO_IEA, also the unterminated rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import duckdb

from pm_pipeline.x12.envelope import Envelope, Group, Interchange, open_envelope
from tests.x12.files import BLANK, Row, segment_rows

BOM = b"\xef\xbb\xbf"
CONTROL = (b"ISA", b"GS", b"ST", b"SE", b"GE", b"IEA", b"TA1")
BARE = b"\0"  # behind the tag of a segment that has no elements: no control segment then
STANDS_IN = dict.fromkeys(map(ord, "\x19\x1c\x1d\x1e\x1f"), "\x7f")  # what the reader needs as separators itself
Pieces = dict[int, bytes]  # segment number -> tag


def unaccounted(con: duckdb.DuckDBPyConnection, data: bytes) -> list[str]:
    """What is lost, counted twice or misplaced in this file, in words without its content; nothing when all is well."""
    envelope = open_envelope(data)
    return wrong_in(data, envelope, segment_rows(con, envelope))


def wrong_in(data: bytes, envelope: Envelope, rows: list[Row]) -> list[str]:
    """The same of a file that is open, with its rows of x12_segment."""
    if envelope.disposition == "rejected" and not envelope.all_problems():
        return ["the file is rejected without a reason"]
    if not envelope.interchanges:
        return [] if envelope.problems else ["nothing was read and nothing said"]
    wrong = [f"segment {number} is in several rows" for number, times in _numbers(rows).items() if times > 1]
    at, number, before = 0, 1, b""
    for one in envelope.interchanges:
        at, number = _past_nothing(data, at, number, before)
        if data[at : at + 3] != b"ISA" or one.first_segment_no != number:
            return [*wrong, f"an interchange is said to begin at segment {one.first_segment_no}, which is not so"]
        before = one.delimiters.terminator.encode("latin-1")
        count = one.last_segment_no - one.first_segment_no + 1
        chunks = data[at:].split(before, count)
        at = len(data) - len(chunks[count]) if len(chunks) > count else len(data)
        pieces = _tags(chunks[:count], number, one.delimiters.element.encode("latin-1"))
        wrong += _of_interchange(envelope, one, pieces, rows)
        number = one.last_segment_no + 1
    at, number = _past_nothing(data, at, number, before)
    covered = any(one.segment_no == number for one in envelope.problems) or any(
        one.code == "NO_IEA" for one in envelope.interchanges[-1].problems
    )
    return wrong if at >= len(data) or covered else [*wrong, f"what follows segment {number - 1} is not spoken of"]


def _numbers(rows: list[Row]) -> Counter[int]:
    return Counter(number for _, number, _ in rows)


def _past_nothing(data: bytes, at: int, number: int, terminator: bytes) -> tuple[int, int]:
    """Past blanks, byte order marks and terminators with nothing before them, which count as pieces."""
    while at < len(data):
        if data[at : at + 1] in BLANK:
            at += 1
        elif data.startswith(BOM, at):
            at += len(BOM)
        elif terminator and data.startswith(terminator, at):
            at, number = at + len(terminator), number + 1
        else:
            break
    return at, number


def _tags(chunks: list[bytes], first: int, element: bytes) -> Pieces:
    found: Pieces = {}
    for number, chunk in enumerate(chunks, start=first):
        if piece := chunk.strip(BLANK):
            tag, separator, _ = piece.partition(element)
            found[number] = tag.strip(BLANK) if separator else tag + BARE
    return found


def _of_interchange(envelope: Envelope, one: Interchange, pieces: Pieces, rows: list[Row]) -> Iterator[str]:
    sets = [each for holder in one.groups for each in holder.sets]
    inside = [number for each in sets for number in range(each.first_segment_no, each.last_segment_no + 1)]
    acknowledged = [number for number, *_ in one.ta1]
    last = one.last_segment_no + any(each.code == "NO_IEA" for each in one.problems)  # the unterminated rest
    for number, times in Counter(
        [*inside, *acknowledged, *(group.first_segment_no for group in one.groups if group.gs01)]
    ).items():
        if times > 1:
            yield f"segment {number} is taken for several things"
        if not one.first_segment_no <= number <= last:
            yield f"segment {number} is not in its interchange"
    if one.disposition == "rejected":
        if not (one.problems or envelope.problems):
            yield f"the interchange at {one.first_segment_no} is rejected without a reason"
        return
    known = {one.first_segment_no, one.last_segment_no, *acknowledged}
    yield from _misnamed(pieces, {one.first_segment_no: b"ISA", one.last_segment_no: b"IEA"})
    yield from _misnamed(pieces, dict.fromkeys(acknowledged, b"TA1"))
    for holder in one.groups:
        known |= _of_group(holder, pieces)
        if holder.disposition != "rejected":
            yield from _of_sets(holder, pieces, rows)
        elif not holder.problems:
            yield f"the group at {holder.first_segment_no} is rejected without a reason"
    known |= _strays(one, pieces)
    yield from (f"segment {number} is lost" for number in pieces if number not in known)


def _misnamed(pieces: Pieces, expected: dict[int, bytes]) -> Iterator[str]:
    for number, tag in expected.items():
        if pieces.get(number) != tag:
            yield f"segment {number} is not the {tag.decode()} it is said to be"


def _of_group(holder: Group, pieces: Pieces) -> set[int]:
    """The numbers a group answers for: GS, its sets and GE, or everything in it when it is rejected."""
    after = max([holder.first_segment_no, *(each.last_segment_no for each in holder.sets)])
    end = next((n for n in pieces if n > after and pieces[n] in (b"GE", b"IEA", b"GS")), 0)
    if holder.disposition == "rejected":
        return set(range(holder.first_segment_no, end + (pieces.get(end) == b"GE")))
    inside = {n for each in holder.sets for n in range(each.first_segment_no, each.last_segment_no + 1)}
    return {holder.first_segment_no, end} | inside


def _of_sets(holder: Group, pieces: Pieces, rows: list[Row]) -> Iterator[str]:
    for each in holder.sets:
        first, last = each.first_segment_no, each.last_segment_no
        if each.disposition != "accepted":
            if not each.problems:
                yield f"the set at {first} does not stand, and no reason is given"
            continue
        yield from _misnamed(pieces, {first: b"ST", last: b"SE"})
        expected = [(n, tag.rstrip(BARE).decode("latin-1")) for n, tag in pieces.items() if first <= n <= last]
        have = [(n, tag) for set_no, n, tag in rows if set_no == first]
        if [n for n, _ in expected] != [n for n, _ in have] or any(
            theirs not in (mine, mine.translate(STANDS_IN))
            for (_, mine), (_, theirs) in zip(expected, have, strict=True)
            if mine.isascii()
        ):
            yield f"the rows of the set at {first} are not its segments"


def _strays(one: Interchange, pieces: Pieces) -> set[int]:
    said = {
        each.segment_no
        for each in [*one.problems, *(p for g in one.groups for p in g.problems)]
        if each.code == "STRAY_SEGMENT"
    }
    covered: set[int] = set()
    running = False
    for number, tag in pieces.items():
        running = number in said or (running and tag not in CONTROL)
        if running:
            covered.add(number)
    return covered
