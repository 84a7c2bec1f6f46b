"""Generated 835s: the same bytes for the same size and seed, written as they are made, so that memory stays flat.

A claim is about 510 bytes, 24.5 segments, 2.33 lines and 6.1 adjustments: NM1, MOA, REF, DTM and AMT at the claim, DTM,
CAS, REF*6R, AMT*B6 and LQ at the line, as payers send them. Every line, claim and payment balances; some claims are
denied, some carry a claim-level CAS, one in two hundred is a reversal. All people are made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tests.bench.truth import Truth, money

SEED = 20_261_126
CHUNK = 10_000  # claims made at a time
LINE_SHARES = {1: 0.30, 2: 0.34, 3: 0.20, 4: 0.105, 6: 0.055}  # lines of a claim: 2.33 on average
# what a line's CAS say: contractual, deductible, coinsurance, copay, sequestration, denied
KINDS = ("coinsurance", "split", "deductible", "copay", "contract", "denied")
KIND_SHARES = (0.18, 0.16, 0.24, 0.30, 0.06, 0.06)
DENIED = KINDS.index("denied")
LAST = ("ALDER", "BIRCHAM", "CEDAR", "DOGWOOD", "ELM", "FIRTH", "HAZEL", "JUNIPER")
FIRST = ("OPAL", "GARNET", "BERYL", "JASPER", "FLINT", "PEARL", "AGATE", "ONYX", "CORAL", "TOPAZ", "RUBY")
CODES = ("99213", "99214", "99203", "36415", "80053", "85025", "93000", "20610", "90471", "97110", "G0439", "J1100")
REMARKS = ("N130", "M15", "N362", "MA130", "N657", "M86")
HEADER = (
    "ISA*00*          *00*          *ZZ*BENCHPAYER     *ZZ*BENCHPRACTICE  *261126*1200*^*00501*000000001*0*T*:~"
    "GS*HP*BENCHPAYER*BENCHPRACTICE*20261126*1200*1*X*005010X221A1~"
)
PAYMENT = (
    "ST*835*{st02}~BPR*I*{paid}*C*ACH*CCP*01*999999992*DA*000000001*1990000021**01*999999992*DA*000000002*20261127~"
    "TRN*1*EFT{st02}00042*1990000021~REF*EV*BENCHPRACTICE~DTM*405*20261125~N1*PR*BENCH HEALTH PLAN~N3*PO BOX 1~"
    "N4*BOSTON*MA*021010001~PER*BL*PROVIDER SERVICES*TE*8005550100~N1*PE*BENCH FAMILY MEDICINE*XX*1990300018~"
    "N3*1 BENCH RD~N4*PORTLAND*ME*041010001~REF*TJ*990300018~LX*1~"
)
PAYMENT_SEGMENTS = PAYMENT.count("~")
PLB = (("WO:OVERPAID00042", 12_345), ("L6:INTEREST", -678))  # WO: recouped, L6: interest owed to us
PLB_CENTS = sum(cents for _, cents in PLB)


@dataclass(frozen=True)
class _Chunk:
    """Claims as columns: one array element per claim, and per line (in claim order, ``starts`` is the first)."""

    starts: np.ndarray
    lines: np.ndarray
    reversed_: np.ndarray
    sequestered: np.ndarray  # a claim-level CAS in cents
    kind: np.ndarray
    charge: np.ndarray
    allowed: np.ndarray
    contract: np.ndarray
    other: np.ndarray
    share: np.ndarray  # the patient's, first reason
    share2: np.ndarray
    code: np.ndarray

    @property
    def line_paid(self) -> np.ndarray:
        return self.charge - self.contract - self.other - self.share - self.share2

    def by_claim(self, values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, self.starts)

    @property
    def sign(self) -> np.ndarray:
        return np.where(self.reversed_, -1, 1)

    @property
    def paid(self) -> np.ndarray:
        return (self.by_claim(self.line_paid) - self.sequestered) * self.sign


def write_835(path: Path, claims: int, *, per_set: int = 0, seed: int = SEED) -> Truth:
    """Write a file of `claims` claims in sets of `per_set` (0: all in one ST) and return what is in it."""
    truth = Truth()
    size = per_set or claims
    with path.open("wb") as out:
        _put(out, truth, HEADER)
        for first in range(0, claims, size):
            _write_set(out, truth, first, min(size, claims - first), truth.sets + 1, seed)
            truth.sets += 1
        _put(out, truth, f"GE*{truth.sets}*1~IEA*1*000000001~")
    return truth


def _put(out: BinaryIO, truth: Truth, text: str) -> int:
    """Write; returns how many segments it was."""
    segments = text.count("~")
    truth.bytes += out.write(text.encode("ascii"))
    truth.segments += segments
    return segments


def _write_set(out: BinaryIO, truth: Truth, first: int, claims: int, number: int, seed: int) -> None:
    """One ST. BPR02 comes before the claims it is the sum of, so the amounts are drawn twice, from the same seed."""
    chunks = [(start, min(CHUNK, first + claims - start)) for start in range(first, first + claims, CHUNK)]
    paid = sum(int(_draw(start, size, seed).paid.sum()) for start, size in chunks)
    segments = _put(out, truth, PAYMENT.format(st02=f"{number:04d}", paid=money(paid - PLB_CENTS)))
    for start, size in chunks:
        chunk = _draw(start, size, seed)
        segments += _put(out, truth, "".join(_claims(chunk, start)))
        _count(truth, chunk)
    pairs = "*".join(f"{reason}*{money(cents)}" for reason, cents in PLB)
    _put(out, truth, f"PLB*1990300018*20261231*{pairs}~SE*{segments + 2}*{number:04d}~")
    truth.add(plb_cents=PLB_CENTS)


def _draw(first: int, claims: int, seed: int) -> _Chunk:
    r = np.random.default_rng((seed, first))
    lines = r.choice(list(LINE_SHARES), claims, p=list(LINE_SHARES.values()))
    starts = np.concatenate([[0], np.cumsum(lines)[:-1]])
    n = int(lines.sum())
    kind = r.choice(len(KINDS), n, p=KIND_SHARES)
    charge = r.integers(2_000, 45_000, n)
    contract = charge * r.integers(8, 45, n) // 100
    contract[kind == DENIED] = charge[kind == DENIED]
    allowed = charge - contract
    share = np.where(kind < KINDS.index("contract"), allowed * r.integers(5, 40, n) // 100, 0)
    share2 = np.where(np.isin(kind, (0, 1)), allowed * r.integers(3, 25, n) // 100, 0)
    other = np.where(np.isin(kind, (1, 2)), allowed * 2 // 100, 0)
    paid = charge - contract - other - share - share2
    taken = np.where(r.random(claims) < 0.04, np.add.reduceat(paid, starts) // 50, 0)
    code = r.integers(0, len(CODES), n)
    return _Chunk(
        starts, lines, r.random(claims) < 0.005, taken, kind, charge, allowed, contract, other, share, share2, code
    )


def _count(truth: Truth, chunk: _Chunk) -> None:
    charge = chunk.by_claim(chunk.charge) * chunk.sign
    parts = (chunk.contract, chunk.other, chunk.share, chunk.share2)
    truth.add(
        claims=len(chunk.lines),
        lines=len(chunk.kind),
        adjustments=sum(int(np.count_nonzero(part)) for part in (*parts, chunk.sequestered)),
        charge_cents=int(charge.sum()),
        paid_cents=int(chunk.paid.sum()),
        adjusted_cents=int((charge - chunk.paid).sum()),
    )


def _claims(chunk: _Chunk, first: int) -> Iterator[str]:
    """The text of each claim, CLP to the last segment of its last line."""
    sign = np.repeat(chunk.sign, chunk.lines)
    columns = (chunk.charge, chunk.line_paid, chunk.allowed, chunk.contract, chunk.other, chunk.share, chunk.share2)
    rows = zip(chunk.kind.tolist(), chunk.code.tolist(), *((one * sign).tolist() for one in columns), strict=True)
    charge = (chunk.by_claim(chunk.charge) * chunk.sign).tolist()
    patient = (chunk.by_claim(chunk.share + chunk.share2) * chunk.sign).tolist()
    totals = zip(charge, chunk.paid.tolist(), patient, (chunk.sequestered * chunk.sign).tolist(), strict=True)
    for place, (count, (charged, paid, owed, taken)) in enumerate(
        zip(chunk.lines.tolist(), totals, strict=True), start=first
    ):
        day = f"202610{place % 28 + 1:02d}"
        status = "22" if charged < 0 else "1" if paid else "4"
        moa = "MOA***MA01*MA18~" if place % 2 else ""
        cas = f"CAS*CO*253*{money(taken)}~" if taken else ""
        body = "".join([_line(place, number, day, *next(rows)) for number in range(1, count + 1)])
        yield (
            f"CLP*PT{place:09d}*{status}*{money(charged)}*{money(paid)}*{'' if charged < 0 else money(owed)}*12"
            f"*ICN{place * 7919 % 10**9:09d}*11*1~{cas}"
            f"NM1*QC*1*{LAST[place % 8]}*{FIRST[place % 11]}*{'ABCDEFG'[place % 7]}***MI*M{place * 31 % 10**9:09d}~"
            f"NM1*82*1*{LAST[place % 5]}*{FIRST[place % 9]}****XX*19903002{place % 90 + 10}~{moa}"
            f"REF*EA*MRN{place % 400_000:07d}~DTM*232*{day}~DTM*233*{day}~DTM*050*20261120~"
            f"AMT*AU*{money(max(charged, 0))}~{body}"
        )


def _line(
    place: int, number: int, day: str, kind: int, code: int, charge: int, paid: int, allowed: int,
    contract: int, other: int, share: int, share2: int,
) -> str:  # fmt: skip
    name = KINDS[kind]
    text = f"CAS*CO*{'16' if name == 'denied' else '45'}*{money(contract)}{f'**253*{money(other)}' if other else ''}~"
    if share:
        reason = "1" if name == "deductible" else "3" if name == "copay" else "2"
        text += f"CAS*PR*{reason}*{money(share)}{f'**1*{money(share2)}' if share2 else ''}~"
    modifier = ":25" if code < 3 else ""
    remark = f"LQ*HE*{REMARKS[(place + number) % 6]}~" if name == "denied" or (place + number) % 5 else ""
    return (
        f"SVC*HC:{CODES[code]}{modifier}*{money(charge)}*{money(paid)}**{1 + place % 2}~DTM*472*{day}~{text}"
        f"REF*6R*L{place:09d}{number:02d}~AMT*B6*{money(allowed)}~{remark}"
    )
