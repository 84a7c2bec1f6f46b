"""Files broken by chance, and what must hold of every one: no exception, no hang, no segment lost without a word.

`python -m tests.x12.fuzz --minutes 10` goes on with a seed of its own, tells how it gets on and writes every file that
broke something to a folder, with what it broke. `run` is the same for the tests, with a seed and a number of cases.

Bases are synthetic files of every guide. A case is a base, or two spliced, changed one to six times: bytes flipped, cut
out, put in, doubled; segments dropped, doubled, swapped; the end cut off; separators exchanged; another encoding.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import random
import re
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from unittest.mock import patch

import duckdb

from pm_pipeline.x12 import scan
from pm_pipeline.x12.envelope import MAX_SEGMENT, Envelope, open_envelope
from pm_pipeline.x12.parts import PART_BYTES, cut_parts
from pm_pipeline.x12.read_835 import read_835
from pm_pipeline.x12.summary import summarize
from pm_pipeline.x12.validate import validate
from pm_pipeline.x12.write import InterchangeHeader
from pm_pipeline.x12.write_277ca import BatchAnswer, ClaimAnswer, ProviderAnswer, Source, Status, write_277ca
from pm_pipeline.x12.write_999 import ElementError, GroupAnswer, SegmentError, SetAnswer, write_999
from pm_pipeline.x12.write_ta1 import InterchangeAnswer, write_ta1
from tests.x12 import claims_837p
from tests.x12.accounting import wrong_in
from tests.x12.files import (
    Marks,
    acknowledgment,
    bill,
    group,
    interchange,
    one_set,
    read_sets,
    reader,
    remittance,
    render,
    segment_rows_of,
    set_spans,
)
from tests.x12.plain_835 import BLANK, split, sums_of

AT = dt.datetime(2026, 3, 2, 8, 30)
HEADER = InterchangeHeader("ZZ", "SENDER", "ZZ", "RECEIVER", 7, "T", AT)
HANG_SECONDS = 60.0  # and one more for every case: a guard, not a measure, since a case takes milliseconds
TOGETHER, SUMMARISED = 200, 2
GUIDES = (  # ST01 and the SQL that reads it
    ("835", "835"), ("277", "277ca"), ("277", "277"), ("999", "999"), ("997", "999"), ("271", "271"), ("278", "278"),
    ("837", "837p"),
)  # fmt: skip
SUMMED = ("claims", "charge", "paid", "lines", "line_charge", "line_paid", "adjustments", "adjusted", "plb")
SUMS = """
    SELECT set_id, coalesce(claims, 0), coalesce(charge, 0), coalesce(paid, 0), coalesce(lines, 0), coalesce(line_charge, 0),
           coalesce(line_paid, 0), coalesce(adjustments, 0), coalesce(adjusted, 0), coalesce(plb, 0)
    FROM x12_835_payment
    LEFT JOIN (SELECT set_id, count(*) AS claims, sum(charge_cents) AS charge, sum(paid_cents) AS paid
               FROM x12_835_claim GROUP BY 1) USING (set_id)
    LEFT JOIN (SELECT set_id, count(*) AS lines, sum(charge_cents) AS line_charge, sum(paid_cents) AS line_paid
               FROM x12_835_line GROUP BY 1) USING (set_id)
    LEFT JOIN (SELECT set_id, count(*) AS adjustments, sum(cents) AS adjusted FROM x12_835_adjustment GROUP BY 1) USING (set_id)
    LEFT JOIN (SELECT set_id, sum(cents) AS plb FROM x12_835_plb GROUP BY 1) USING (set_id)
"""
ODD = b"~*:^|\n\r\x00\x1a\x1d\x1f\xef\xbb\xbf\xe9\xff ISAGSTEB0179-."
TAGS = (b"ISA", b"GS", b"ST", b"SE", b"GE", b"IEA", b"TA1", b"CLP", b"CAS", b"LX", b"BPR", b"HL", b"AK2", b"PLB")


@dataclass(frozen=True)
class Broken:
    """One file and what it broke. `what` holds no content of the file."""

    data: bytes
    what: str
    seed: str


@dataclass
class Report:
    """How a run went: cases by base, file dispositions met, problem codes met, and what broke."""

    cases: int = 0
    dispositions: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    broken: list[Broken] = field(default_factory=list)


def bases() -> dict[str, bytes]:
    """A whole file of every guide, and some of several."""
    day = dt.date(2026, 3, 1)
    claims = tuple(
        ClaimAnswer(f"C{n}", "DOE", "JOHN", f"M{n}", (Status(category, "20"),), 10000, day, day)
        for n, category in enumerate(("A2", "A7", "A1"))
    )
    batch = BatchAnswer("R1", "B1", "PRACTICE", "S1", day, AT, (ProviderAnswer("PRACTICE", "1990300018", claims),))
    errors = (SegmentError("CLM", 22, "8", "2300", (ElementError(5, "7", 1),)),)
    sets = (
        SetAnswer("837", "1001", "005010X222A1", "A"),
        SetAnswer("837", "1002", "005010X222A1", "R", errors, ("5",)),
    )
    ends = (
        "HL*1**20*1",
        "NM1*PR*2*PAYER*****PI*P1",
        "HL*2*1*21*1",
        "NM1*1P*2*PRACTICE*****XX*1990300018",
        "HL*3*2*22*0",
    )
    benefits = one_set(
        "271", "0001", "BHT*0022*11*R1*20260302*0830", *ends, "EB*1**30", "EB*B**98****20", guide="005010X279A1"
    )
    status = one_set(
        "277", "0001", "BHT*0010*08*R1*20260302*0830*DG", *ends, "STC*F1:65*20260302**100*80", guide="005010X212"
    )
    review = one_set("278", "0001", "BHT*0007*11*R1*20260302*0830*18", *ends, "HCR*A1*AUTH1", guide="005010X217")
    old = one_set("997", "0001", "AK1*HC*70", "AK2*837*1001", "AK3*CLM*22**8", "AK4*5*1331*7", "AK5*R*5", "AK9*R*1*1*0")
    payments = [remittance(f"{n:04d}", paid="80") for n in range(1, 4)]
    mixed = interchange(
        ["TA1*000000001*260302*0830*A*000"], group(*payments), group(bill("0001"), bill("0002"), number=8, gs01="HC"),
        group(acknowledgment(), number=9, gs01="FA"), ["TA1*000000002*260302*0830*R*024"],
    )  # fmt: skip
    return {
        "835": render(interchange(group(*payments))),
        "277ca": write_277ca(HEADER, "S", "R", 7, Source("HOUSE", "H1"), [batch, batch]).encode(),
        "999": write_999(HEADER, "S", "R", 7, [GroupAnswer("HC", "70", "005010X222A1", 2, sets)]).encode(),
        "ta1": write_ta1(HEADER, [InterchangeAnswer(1, AT, "A"), InterchangeAnswer(2, AT, "R", "025")]).encode(),
        "837p": claims_837p.write(*map(claims_837p.claim, range(1, 4)), per_set=2).text.encode(),
        "271": render(interchange(group(benefits, gs01="HB", guide="005010X279A1"))),
        "277": render(interchange(group(status, gs01="HN", guide="005010X212"))),
        "278": render(interchange(group(review, gs01="HI", guide="005010X217"))),
        "997": render(interchange(group(old, gs01="FA", guide="005010"))),
        "mixed": render(mixed),
        "newlines": render(interchange(group(*payments)), Marks("|", ">", "!", "\n")),
        "before": render(interchange(group(*payments)), Marks("*", ":", "U", "~", before="\n")),
        "two": render(mixed) + b"\r\n" + render(interchange(group(bill()), number=8), Marks("~", ":", "^", "_")),
        "bom": b"\xef\xbb\xbf" + render(interchange(group(*payments)), Marks(after="\r\n")),
    }  # fmt: skip


Change = Callable[[random.Random, bytes, list[bytes]], bytes]


def _flip(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]


def _flip_to_odd(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + bytes([dice.choice(ODD)]) + data[at + 1 :]


def _delete(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + data[at + dice.randint(1, 60) :]


def _insert(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + bytes(dice.choices(ODD, k=dice.randint(1, 12))) + data[at:]


def _insert_segment(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    end = dice.choice([b"~", b"\n", b"_"])
    spots = [at + 1 for at, byte in enumerate(data) if byte == end[0]] or [0]
    at = dice.choice(spots)
    mark = dice.choice([b"*", b"|", b"~"])
    return data[:at] + mark.join([dice.choice(TAGS), b"835", b"1", b"20"]) + end + data[at:]


def _double(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + data[at : at + dice.randint(1, 300)] + data[at:]


def _truncate(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    return data[: dice.randrange(1, len(data) + 1)]


def _behead(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    return data[dice.randrange(min(len(data), 200)) :]


def _splice(dice: random.Random, data: bytes, others: list[bytes]) -> bytes:
    other = dice.choice(others)
    return data[: dice.randrange(len(data) + 1)] + other[dice.randrange(len(other)) :]


def _join(dice: random.Random, data: bytes, others: list[bytes]) -> bytes:
    between = dice.choice([b"", b"\n", b"~", b"~~\n", b"\xef\xbb\xbf", b"\x1a", b"X"])
    return data + between + dice.choice(others)


def _segments(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    pieces = data.split(b"~")
    at, to = dice.randrange(len(pieces)), dice.randrange(len(pieces))
    match dice.randrange(3):
        case 0:
            del pieces[at]
        case 1:
            pieces.insert(to, pieces[at])
        case _:
            pieces[at], pieces[to] = pieces[to], pieces[at]
    return b"~".join(pieces)


def _exchange(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    old, new = dice.choice(b"*~:^|>\n_"), dice.choice(b"*~:^|>\n\r_\x1d\x1f AX0\xe9")
    begin = dice.choice([0, dice.randrange(len(data))])
    return data[:begin] + data[begin:].replace(bytes([old]), bytes([new]))


def _encode(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    text = data.decode("latin-1")
    return text.encode(
        dice.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8", "utf-32", "utf-7", "cp500"])
    )


def _names(dice: random.Random, data: bytes, _: list[bytes]) -> bytes:
    name = dice.choice(
        [b"MU\xc3\x91OZ", b"MU\xd1OZ", b"\xe2\x80\x99", b"\xff\xfe", b"", b" " * 40, b"A" * 40_000, b"A" * 70_000]
    )
    return data.replace(dice.choice([b"DOE", b"PAYER", b"QUARTZ", b"JOHN", b"80"]), name, dice.randint(1, 3))


RARELY: tuple[Change, ...] = (_behead, _encode)  # most of these are refused at the first byte
CHANGES: tuple[Change, ...] = (
    _flip, _flip, _flip_to_odd, _flip_to_odd, _delete, _delete, _insert, _insert_segment, _insert_segment, _double,
    _truncate, _splice, _join, _segments, _segments, _segments, _exchange, _names, _names,
)  # fmt: skip


def cases(seed: int) -> Iterator[tuple[str, bytes]]:
    """Broken files without end, each with what to call it; the same for the same seed."""
    whole = list(bases().values())
    number = 0
    while True:
        label = f"{seed}:{number}"
        dice = random.Random(label)
        data = dice.choice(whole)
        for _ in range(dice.choice([1, 1, 1, 2, 2, 3, 4, 6])):
            data = dice.choice(CHANGES if dice.random() < 0.97 else RARELY)(dice, data, whole) or b"I"
        yield label, data
        number += 1


def check(con: duckdb.DuckDBPyConnection, some: list[tuple[str, bytes]], deep: int) -> list[Broken]:
    """What these files break. The first `deep` of them are summarised, the first of those is validated, too.

    Their sets are read into DuckDB together; when anything is raised, each half is tried apart.
    """
    before = signal.signal(signal.SIGALRM, _hung)
    signal.setitimer(signal.ITIMER_REAL, HANG_SECONDS + len(some) - 1)
    try:
        found = list(_wrong(con, some, deep))
        return [Broken(some[place][1], what, some[place][0]) for place, what in found]
    except (Exception, Hung) as problem:  # noqa: BLE001 the point: nothing may be raised for any bytes
        told = _told(problem)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if len(some) == 1:
        return [Broken(some[0][1], told, some[0][0])]
    half = len(some) // 2
    apart = [*check(con, some[:half], deep), *check(con, some[half:], 0)]
    return apart or [Broken(b"", f"only together: {told}", some[0][0])]


def _wrong(con: duckdb.DuckDBPyConnection, some: list[tuple[str, bytes]], deep: int) -> Iterator[tuple[int, str]]:
    """What is wrong with which of the files, without their content. Windows and parts are of another size each time."""
    dice = random.Random(some[0][0])
    files = [data for _, data in some]
    envelopes = [open_envelope(data) for data in files]
    for place, (data, envelope) in enumerate(zip(files, envelopes, strict=True)):
        if what := _window_matters(dice, data, envelope):
            yield place, what
    size = dice.choice([400, *[PART_BYTES] * 11])  # small parts take long
    with patch.object(cut_parts, "__defaults__", (*(cut_parts.__defaults__ or ())[:-1], size)):
        read = segment_rows_of(con, envelopes)
        for place, (data, envelope, rows) in enumerate(zip(files, envelopes, read, strict=True)):
            if lost := wrong_in(data, envelope, rows):
                yield place, "; ".join(lost[:5])
        named = [(str(place), envelope) for place, envelope in enumerate(envelopes)]
        st01, guide = dice.choice(GUIDES)
        read_sets(con, guide, named, st01)
        read_835(con, [one for name, envelope in named for one in set_spans(envelope, name, "835")], everything=True)
        yield from _not_kept(con, envelopes)
        yield from _other_sums(con, envelopes)
    for place, data in enumerate(files[:deep]):
        if what := _disagreement(data, envelopes[place]):
            yield place, what
    if deep:
        validate(files[0])


def _window_matters(dice: random.Random, data: bytes, envelope: Envelope) -> str:
    """The same file must be judged the same whatever the windows it is read in, if each holds the longest segment."""
    ends = {one.delimiters.terminator.encode("latin-1") for one in envelope.interchanges}
    longest = max((len(piece) for end in ends for piece in data.split(end)), default=0) + 1
    if longest > MAX_SEGMENT:  # it is refused without a look into it, where a window does not hold it
        return ""
    size = longest + dice.randrange(0, 300)
    with patch.object(scan, "SMALLEST", size), patch.object(scan, "LARGEST", size):
        other = open_envelope(data)
    return "" if _judged(envelope) == _judged(other) else f"judged otherwise in windows of {size}"


def _judged(envelope: Envelope) -> list[object]:
    """All that is said of a file, whatever the order in which the problems of one thing were found."""
    said: list[object] = [envelope.disposition]
    said += sorted((one.segment_no, one.level, one.code, one.text) for one in envelope.all_problems())
    for one in envelope.interchanges:
        said += [one.isa, one.delimiters, one.disposition, one.ta1]
        said += [(one.first_segment_no, one.last_segment_no, one.start, one.end)]
        said += [replace(holder, problems=[], sets=[]) for holder in one.groups]
        said += [replace(each, problems=[]) for holder in one.groups for each in holder.sets]
    return said


def _not_kept(con: duckdb.DuckDBPyConnection, envelopes: list[Envelope]) -> Iterator[tuple[int, str]]:
    """835 sets of which not every segment is kept by its number."""
    sql = "SELECT set_id, list(segment_no ORDER BY segment_no) FROM x12_835_segment JOIN x12_set USING (set_no) GROUP BY 1"
    kept = dict(con.execute(sql).fetchall())
    for place, envelope in enumerate(envelopes):
        for one in set_spans(envelope, str(place), "835"):
            pieces = enumerate(one.text.split(one.delimiters.terminator), start=one.first_segment_no)
            if kept.get(one.set_id, []) != [number for number, piece in pieces if piece.strip(BLANK)]:
                yield place, f"the 835 at segment {one.first_segment_no} does not keep every segment"


def _other_sums(con: duckdb.DuckDBPyConnection, envelopes: list[Envelope]) -> Iterator[tuple[int, str]]:
    """835 sets whose claims, lines, reasons or sums are not those of a plain count."""
    rows = {set_id: tuple(map(int, sums)) for set_id, *sums in con.execute(SUMS).fetchall()}
    for place, envelope in enumerate(envelopes):
        for one in set_spans(envelope, str(place), "835"):
            plain = sums_of(split(one.text, one.delimiters))
            expected = tuple(getattr(plain, name) for name in SUMMED)
            if rows.get(one.set_id) != expected:
                found = rows.get(one.set_id, (0,) * len(SUMMED))
                wrong = [name for name, mine, theirs in zip(SUMMED, expected, found, strict=True) if mine != theirs]
                yield place, f"the 835 at segment {one.first_segment_no} has other {', '.join(wrong)} than it says"


def _told(problem: BaseException) -> str:
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(problem.__traceback__)]
    return "\n".join([*where, f"{type(problem).__name__} at {Path(where[-1]).name}"])


def _disagreement(data: bytes, envelope: Envelope) -> str:
    """The summary must tell of every interchange and set of the envelope, and of claims = CLP of the sets that stand."""
    document = summarize(data)
    sets = [len(one["transactions"]) for one in document["interchanges"]]
    if sets != [sum(len(each.sets) for each in one.groups) for one in envelope.interchanges]:
        return "the summary has other sets than the envelope"
    if (document["disposition"], len(document["problems"])) != (envelope.disposition, len(envelope.problems)):
        return "the summary judges the file otherwise than the envelope"
    return ""


def run(
    seed: int, count: int = sys.maxsize, seconds: float = 1e9, tell: Callable[[Report], None] | None = None
) -> Report:
    """Check so many cases, or for so long. Of every two hundred, two are summarised and one is validated."""
    report, con, begun, source = Report(), reader(), time.monotonic(), cases(seed)
    try:
        while report.cases < count and time.monotonic() - begun < seconds:
            some = list(islice(source, min(TOGETHER, count - report.cases)))
            found = check(con, some, SUMMARISED)
            report.broken += found
            report.cases += len(some)
            _count(report, [data for _, data in some if data not in {one.data for one in found}])
            if tell is not None:
                tell(report)
    finally:
        con.close()
    return report


def _count(report: Report, sound: list[bytes]) -> None:
    for data in sound:
        envelope = open_envelope(data)
        report.dispositions[envelope.disposition] += 1
        report.codes.update({one.code for one in envelope.all_problems()})


class Hung(BaseException):
    """A case took longer than HANG_SECONDS; no Exception, so that nothing under test can catch it."""


def _hung(*_: object) -> None:
    raise Hung


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns how many files broke something, at most 100."""
    parser = argparse.ArgumentParser(description="Break X12 files by chance and see what the reader makes of them.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--folder", type=Path, default=Path("fuzz-findings"))
    given = parser.parse_args(arguments)
    print(f"seed {given.seed}", flush=True)
    begun = spoken = time.monotonic()

    def tell(report: Report) -> None:
        nonlocal spoken
        if time.monotonic() - spoken < 15:
            return
        spoken = time.monotonic()
        print(
            f"{report.cases:,} cases, {report.cases / (spoken - begun):.0f}/s, {len(report.broken)} broken", flush=True
        )

    report = run(given.seed, seconds=given.minutes * 60, tell=tell)
    for one in report.broken:
        given.folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(one.data).hexdigest()[:12]
        (given.folder / f"{name}.x12").write_bytes(one.data)
        (given.folder / f"{name}.txt").write_text(f"case {one.seed}\n{one.what}\n")
    print(f"{report.cases:,} cases in {time.monotonic() - begun:.0f} s; {len(report.broken)} broken")
    print("dispositions", dict(report.dispositions.most_common()))
    print("codes", dict(report.codes.most_common()))
    kinds = Counter(re.sub(r"[0-9]+", "N", one.what.splitlines()[-1]) for one in report.broken)
    for what, times in kinds.most_common(20):
        print(f"{times:6} x {what}")
    return min(len(report.broken), 100)


if __name__ == "__main__":
    sys.exit(main())
