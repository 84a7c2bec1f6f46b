"""The answers a trading partner writes: TA1, 999, 277CA, 835, each fit for X12 and exact to the segment."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from pm_pipeline.x12.validate import validate
from pm_pipeline.x12.write import InterchangeHeader
from pm_pipeline.x12.write_277ca import BatchAnswer, ClaimAnswer, ProviderAnswer, Source, Status, write_277ca
from pm_pipeline.x12.write_835 import (
    Adjustment,
    Name,
    Party,
    ProviderAdjustment,
    RemitClaim,
    RemitLine,
    Remittance,
    gaps,
    write_835,
)
from pm_pipeline.x12.write_999 import ElementError, GroupAnswer, SegmentError, SetAnswer, write_999
from pm_pipeline.x12.write_ta1 import InterchangeAnswer, write_ta1

DAY = dt.date(2026, 6, 8)
AT = dt.datetime.combine(dt.date(2026, 6, 9), dt.time(6, 0))
EVENING = dt.datetime.combine(dt.date(2026, 6, 1), dt.time(20, 30))
HEADER = InterchangeHeader("ZZ", "SANDBOXCH", "ZZ", "HARBORVIEW", 17, "T", AT)
GUIDE_837 = "005010X222A1"


def line(charge: int = 10_000, paid: int = 6_000, *adjustments: Adjustment) -> RemitLine:
    """A line; by default 100.00 charged, 60.00 paid, 40.00 written off."""
    reasons = adjustments or (Adjustment("CO", "45", charge - paid),)
    return RemitLine("99213", ("25",), charge, paid, "1", DAY, DAY, "L1", paid, reasons)


def claim(*lines: RemitLine) -> RemitClaim:
    """A claim of these lines."""
    return RemitClaim(
        clp01="CABCDEF012345678", status="1", charge_cents=sum(one.charge_cents for one in lines),
        paid_cents=sum(one.paid_cents for one in lines), patient_cents=None, filing_indicator="12",
        payer_claim_number="HRB2615912345678", place_of_service="11", frequency="1",
        patient=Name("LARCHBECK", "AGATE", "ABC123456789"), rendering=Name("ALDER", "JUNE", "1990300216"),
        lines=lines, dos_from=DAY, dos_to=DAY, received_on=DAY,
    )  # fmt: skip


def remittance(*claims: RemitClaim, **changes: object) -> Remittance:
    """A payment of these claims that balances."""
    plain = Remittance(
        payer=Party("BLUE HARBOR HEALTH PLAN", "1990000021", "PO BOX 2001", "BOSTON", "MA", "021010001"),
        payee=Party("HARBOR VIEW", "1990300018", "100 HARBOR VIEW RD", "PORTLAND", "ME", "041010001", "990300018"),
        method="ACH", paid_cents=sum(one.paid_cents for one in claims), effective_on=DAY, trace="BLHRB260608",
        receiver_id="HARBORVIEW", claims=claims,
    )  # fmt: skip
    return dataclasses.replace(plain, **changes)


def write(*remittances: Remittance) -> str:
    """An 835 file."""
    return write_835(HEADER, "SANDBOXCH", "HARBORVIEW", 17, remittances)


def test_ta1_stands_alone_and_repeats_what_it_answers() -> None:
    text = write_ta1(HEADER, [InterchangeAnswer(905, EVENING, "R", "025")])
    assert "~TA1*000000905*260601*2030*R*025~IEA*0*000000017~" in text
    assert validate(text.encode()).is_valid


def test_999_names_segment_and_element_of_a_rejected_set() -> None:
    wrong = SegmentError("SV1", 41, "8", "2400", (ElementError(1, "7", 2), ElementError(2, "1")))
    answer = GroupAnswer(
        "HC", "12", GUIDE_837, 2,
        (SetAnswer("837", "0001", GUIDE_837, "A"), SetAnswer("837", "0002", GUIDE_837, "R", (wrong,), ("5",))),
    )  # fmt: skip
    text = write_999(HEADER, "SANDBOXCH", "HARBORVIEW", 17, [answer])
    assert f"~AK1*HC*12*{GUIDE_837}~AK2*837*0001*{GUIDE_837}~IK5*A~AK2*837*0002*{GUIDE_837}~" in text
    assert "~IK3*SV1*41*2400*8~IK4*1:2**7~IK4*2**1~IK5*R*5~AK9*P*2*2*1~" in text
    assert validate(text.encode()).is_valid


@pytest.mark.parametrize(
    ("codes", "notes", "expected"),
    [("AA", (), "A"), ("AE", (), "E"), ("AR", (), "P"), ("RR", (), "R"), ("AA", ("4",), "R")],
)
def test_999_group_verdict_follows_from_its_sets(codes: str, notes: tuple[str, ...], expected: str) -> None:
    sets = tuple(SetAnswer("837", f"{place}", GUIDE_837, code) for place, code in enumerate(codes))  # type: ignore[arg-type]
    assert GroupAnswer("HC", "1", GUIDE_837, len(sets), sets, notes).code == expected


def test_277ca_totals_count_what_was_taken_and_what_came_back() -> None:
    good = ClaimAnswer("C1", "LARCHBECK", "AGATE", "ABC1", (Status("A2", "20", "PR"),), 12_050, DAY, DAY, "HRB1")
    bad = ClaimAnswer("C2", "ROWANFORD", "ONYX", "ABC2", (Status("A7", "164", "IL"),), 8_000, DAY, dt.date(2026, 6, 9))
    batch = BatchAnswer(
        "R1", "B1", "HARBOR VIEW", "HARBORVIEW", DAY, AT,
        (ProviderAnswer("HARBOR VIEW", "1990300018", (good, bad)),),
    )  # fmt: skip
    text = write_277ca(HEADER, "SANDBOXCH", "HARBORVIEW", 17, Source("SANDBOX CLEARINGHOUSE", "SANDBOXCH"), [batch])
    assert "~TRN*2*B1~STC*A1:19:PR*20260609*WQ*200.5~QTY*90*1~QTY*AA*1~AMT*YU*120.5~AMT*YY*80~" in text
    assert "~QTY*QA*1~QTY*QC*1~AMT*YU*120.5~AMT*YY*80~" in text
    assert "~TRN*2*C1~STC*A2:20:PR*20260609*WQ*120.5~REF*1K*HRB1~DTP*472*D8*20260608~" in text
    assert "~TRN*2*C2~STC*A7:164:IL*20260609*U*80~DTP*472*RD8*20260608-20260609~" in text
    assert validate(text.encode()).is_valid


def test_835_groups_reasons_and_splits_long_lists() -> None:
    reasons = [Adjustment("PR", "1", 500), Adjustment("CO", "45", 100), Adjustment("PR", "2", 300)]
    reasons += [Adjustment("OA", str(code), 10) for code in range(90, 98)]
    one = line(1_980, 1_000, *reasons)
    text = write(remittance(claim(one), provider_adjustments=(), paid_cents=1_000))
    assert "~CAS*PR*1*5**2*3~CAS*CO*45*1~CAS*OA*90*.1" not in text  # a cent amount keeps its leading zero
    assert (
        "~CAS*PR*1*5**2*3~CAS*CO*45*1~CAS*OA*90*0.1**91*0.1**92*0.1**93*0.1**94*0.1**95*0.1~CAS*OA*96*0.1**97*0.1~"
        in text
    )
    assert validate(text.encode()).is_valid


def test_835_of_every_kind_of_payment_is_valid_and_balances() -> None:
    forwarded = dataclasses.replace(
        claim(line(10_000, 4_000, Adjustment("CO", "45", 5_000), Adjustment("PR", "2", 1_000))),
        status="19", patient_cents=1_000, forwarded_to=("SYNTHETIC MEDICAID", "SMDCD"), remarks=("MA01", "MA07"),
    )  # fmt: skip
    denied = claim(
        dataclasses.replace(line(9_000, 0, Adjustment("CO", "50", 9_000)), allowed_cents=None, remarks=("N115",))
    )
    paid = remittance(claim(line()), forwarded, denied)
    check = remittance(claim(line()), method="CHK", trace="100001")
    carried = ProviderAdjustment("FB", "BLHRB260608", -6_000)
    back = dataclasses.replace(
        claim(line(-10_000, -6_000, Adjustment("CO", "45", -4_000))), status="22", original_number="HRB1"
    )
    nothing = remittance(back, method="NON", paid_cents=0, trace="BLHRB260608F", provider_adjustments=(carried,))
    late = remittance(
        claim(line()), paid_cents=6_150, trace="X", provider_adjustments=(ProviderAdjustment("L6", "N", -150),)
    )
    sets = [paid, check, nothing, late]
    assert [list(gaps(one)) for one in sets] == [[], [], [], []]
    text = write(*sets)
    assert "~NM1*TT*2*SYNTHETIC MEDICAID*****PI*SMDCD~MOA***MA01*MA07~" in text
    assert "~BPR*H*0*C*NON************20260608~" in text
    assert "~PLB*1990300018*20261231*FB:BLHRB260608*-60~" in text
    verdict = validate(text.encode())
    assert verdict.is_valid, verdict.findings
    assert len(verdict.sets) == 4


def test_gaps_names_each_gate_that_fails() -> None:
    leaking = claim(line(10_000, 6_000, Adjustment("CO", "45", 3_999)))
    assert list(gaps(remittance(leaking))) == [
        "claim 1 line 1: SVC02 is not SVC03 + CAS",
        "claim 1: CLP03 is not CLP04 + CAS",
    ]
    short = dataclasses.replace(claim(line()), paid_cents=5_000)
    assert list(gaps(remittance(short, paid_cents=5_000))) == [
        "claim 1: CLP03 is not CLP04 + CAS",
        "claim 1: the lines' payments are not CLP04",
    ]
    assert list(gaps(remittance(claim(line()), paid_cents=6_001))) == ["payment: BPR02 is not sum CLP04 - sum PLB"]
