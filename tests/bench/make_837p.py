"""Generated 837Ps (005010X222A1), as text and as the claims our writer is given. Same size and seed, same content.

The text is put together here and not by our writer, so that what reads it is not judged by what wrote it. A claim is
about 670 bytes, 21 segments and 2.33 lines; one in four has a patient who is not the subscriber. All people are made up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.bench.make_835 import FIRST, LAST, LINE_SHARES, SEED
from tests.bench.truth import Truth, money

if TYPE_CHECKING:
    from pm_pipeline.x12.claim_837p import ProfessionalClaim
    from pm_pipeline.x12.write_837p import Written

PER_SET = 5_000  # the guide's most CLM in one ST
CODES = ("99213", "99214", "99203", "36415", "80053", "85025", "93000", "20610", "90471", "97110")
DIAGNOSES = ("E119", "I10", "M545", "J069", "E785", "R05", "Z0000", "N390")
HEADER = (
    "ISA*00*          *00*          *ZZ*BENCHPRACTICE  *ZZ*BENCHHOUSE     *261126*1200*^*00501*000000001*0*T*:~"
    "GS*HC*BENCHPRACTICE*BENCHHOUSE*20261126*1200*1*X*005010X222A1~"
)
SET_HEADER = (
    "ST*837*{st02}*005010X222A1~BHT*0019*00*B{st02}*20261126*1200*CH~NM1*41*2*BENCH FAMILY MEDICINE*****46*BENCHPRACTICE~"
    "PER*IC*BILLING OFFICE*TE*2075550100~NM1*40*2*BENCH CLEARINGHOUSE*****46*BENCHHOUSE~HL*1**20*1~"
    "PRV*BI*PXC*207Q00000X~NM1*85*2*BENCH FAMILY MEDICINE*****XX*1990300018~N3*100 HARBOR VIEW RD~"
    "N4*PORTLAND*ME*041010001~REF*EI*990300018~"
)
PAYER = "NM1*PR*2*BENCH HEALTH PLAN*****PI*BNCHP~N3*PO BOX 2001~N4*BOSTON*MA*021010001~"
RENDERING = "NM1*82*1*ALDER*JUNE****XX*1990300216~PRV*PE*PXC*207Q00000X~"
FACILITY = "NM1*77*2*BENCH NORTH CLINIC*****XX*1990300125~N3*22 PINE ST~N4*FALMOUTH*ME*041050022~"


def write_text(path: Path, claims: int, *, seed: int = SEED) -> Truth:
    """Write a file of `claims` claims and return what is in it."""
    truth = Truth()

    def put(text: str) -> int:
        segments = text.count("~")
        truth.add(bytes=out.write(text.encode("ascii")), segments=segments)
        return segments

    with path.open("wb") as out:
        put(HEADER)
        for first in range(0, claims, PER_SET):
            size = min(PER_SET, claims - first)
            st02 = f"{first // PER_SET + 1:04d}"
            segments = put(SET_HEADER.format(st02=st02))
            counts, charges = draw(first, size, seed)
            segments += put("".join(_texts(first, counts, charges)))
            put(f"SE*{segments + 1}*{st02}~")
            truth.add(sets=1, claims=size, lines=len(charges), charge_cents=sum(charges))
        put(f"GE*{truth.sets}*1~IEA*1*000000001~")
    return truth


def draw(first: int, claims: int, seed: int = SEED) -> tuple[list[int], list[int]]:
    """Lines of each claim, and the charge in cents of each line."""
    r = np.random.default_rng((seed, 837, first))
    counts = r.choice(list(LINE_SHARES), claims, p=list(LINE_SHARES.values()))
    return counts.tolist(), r.integers(2_000, 45_000, int(counts.sum())).tolist()


def _texts(first: int, counts: list[int], charges: list[int]) -> Iterator[str]:
    level, at = 1, 0
    for place, count in enumerate(counts, start=first):
        own = charges[at : at + count]
        at += count
        level += 1
        head = f"HL*{level}*1*22*0~SBR*P*18*GRP-{place % 90}******CI~"
        subscriber = f"NM1*IL*1*{LAST[place % 8]}*{FIRST[place % 11]}*B***MI*M{place * 31 % 10**9:09d}~"
        home = f"N3*{place % 900 + 1} PINE ST~N4*PORTLAND*ME*04101~DMG*D8*{_birth(place):%Y%m%d}*{'FM'[place % 2]}~"
        if _has_patient(place):
            head = f"HL*{level}*1*22*1~SBR*P**GRP-{place % 90}******CI~"
            level += 1
            patient = f"HL*{level}*{level - 1}*23*0~PAT*19~NM1*QC*1*{LAST[place % 8]}*{FIRST[place % 9]}~"
            people = f"{head}{subscriber}{PAYER}{patient}{home}"
        else:
            people = f"{head}{subscriber}{home}{PAYER}"
        prior = f"REF*G1*AUTH{place}~" if place % 5 == 0 else ""
        first_code, second = DIAGNOSES[place % 8], DIAGNOSES[(place + 3) % 8]
        lines = "".join(
            f"LX*{number}~SV1*HC:{_code(place, number)}*{money(charge)}*UN*1***1~DTP*472*D8*{_day(place):%Y%m%d}~"
            f"REF*6R*L{place:09d}{number:02d}~"
            for number, charge in enumerate(own, start=1)
        )
        yield (
            f"{people}CLM*PT{place:09d}*{money(sum(own))}***11:B:1*Y*A*Y*Y~{prior}HI*ABK:{first_code}*ABF:{second}~"
            f"{RENDERING}{FACILITY if place % 3 == 0 else ''}{lines}"
        )


def _has_patient(place: int) -> bool:
    return place % 4 == 3


def _birth(place: int) -> dt.date:
    return dt.date(1950, 1, 1) + dt.timedelta(place * 7 % 20_000)


def _day(place: int) -> dt.date:
    return dt.date(2026, 10, place % 28 + 1)


def _code(place: int, number: int) -> str:
    return CODES[(place + number) % len(CODES)]


def claim_models(claims: int, seed: int = SEED) -> Iterator[tuple[ProfessionalClaim, ...]]:
    """The same claims as models, a set's worth at a time."""
    from decimal import Decimal

    from pm_pipeline.x12 import claim_837p as x

    payer = x.Payer("BNCHP", "BENCH HEALTH PLAN", "CI", x.Address("PO BOX 2001", "BOSTON", "MA", "021010001"))
    rendering = x.Provider(x.PersonName("ALDER", "JUNE"), "1990300216", "207Q00000X")
    north = x.Facility("BENCH NORTH CLINIC", "1990300125", x.Address("22 PINE ST", "FALMOUTH", "ME", "041050022"))
    one, line_pointer = Decimal(1), (1,)

    def model(place: int, own: list[int]) -> x.ProfessionalClaim:
        last, first = LAST[place % 8], FIRST[place % 11]
        home = x.Address(f"{place % 900 + 1} PINE ST", "PORTLAND", "ME", "04101")
        birth, sex = _birth(place), "FM"[place % 2]
        name, member, plan = x.PersonName(last, first, "B"), f"M{place * 31 % 10**9:09d}", f"GRP-{place % 90}"
        child = _has_patient(place)
        lines = tuple(
            x.ServiceLine(
                f"L{place:09d}{number:02d}",
                _code(place, number),
                charge,
                one,
                line_pointer,
                _day(place),
                _day(place),
                "11",
            )
            for number, charge in enumerate(own, start=1)
        )
        return x.ProfessionalClaim(
            claim_id=f"PT{place:09d}",
            payer=payer,
            subscriber=x.Subscriber(name, member, plan)
            if child
            else x.Subscriber(name, member, plan, home, birth, sex),
            place_of_service="11",
            charge_cents=sum(own),
            diagnoses=(DIAGNOSES[place % 8], DIAGNOSES[(place + 3) % 8]),
            lines=lines,
            patient=x.Patient(x.PersonName(last, FIRST[place % 9]), "19", home, birth, sex) if child else None,
            authorization_number=f"AUTH{place}" if place % 5 == 0 else None,
            rendering=rendering,
            facility=north if place % 3 == 0 else None,
        )

    for first in range(0, claims, PER_SET):
        counts, charges = draw(first, min(PER_SET, claims - first), seed)
        left = iter(charges)
        yield tuple(model(place, [next(left) for _ in range(count)]) for place, count in enumerate(counts, start=first))


def write_models(sets: list[tuple[ProfessionalClaim, ...]]) -> Written:
    """One interchange of these claims by our own writer."""
    from pm_pipeline.x12 import claim_837p as x
    from pm_pipeline.x12.write import InterchangeHeader
    from pm_pipeline.x12.write_837p import GroupHeader, write_837p

    office = x.Address("100 HARBOR VIEW RD", "PORTLAND", "ME", "041010001")
    billing = x.BillingProvider("BENCH FAMILY MEDICINE", "1990300018", "990300018", "207Q00000X", office)
    header = InterchangeHeader("ZZ", "BENCHPRACTICE", "ZZ", "BENCHHOUSE", 1, "T", dt.datetime(2026, 11, 26, 12, 0))
    submitter = x.Submitter("BENCH FAMILY MEDICINE", "BENCHPRACTICE", x.Contact("BILLING OFFICE", "2075550100"))
    return write_837p(
        header,
        GroupHeader("BENCHPRACTICE", "BENCHHOUSE", 1),
        submitter,
        x.Receiver("BENCH CLEARINGHOUSE", "BENCHHOUSE"),
        [x.ClaimSet(number, f"B{number:04d}", billing, claims) for number, claims in enumerate(sets, start=1)],
    )
