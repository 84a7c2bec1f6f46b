"""835 sets are loaded whole and once, or quarantined with the reason, and a bad one leaves its siblings alone."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from pm_pipeline.audit.verify import verify
from pm_pipeline.x12 import parts
from pm_pipeline.x12.read_835 import read_835
from tests.money import CO45, PR2, Adjustment, World, claim, line

GOOD = claim("C1", line("A", 10_000, 8_000, CO45(2_000)))


def test_every_amount_code_and_place_of_an_835_is_loaded(world: World) -> None:
    one = line(
        "A",
        10_000,
        6_000,
        CO45(2_500),
        PR2(1_500),
        remarks=["N30", "MA01"],
        modifiers=("25", "59"),
        allowed_cents=7_500,
    )
    two = line("B", 5_000, 0, Adjustment("CO", "50", 5_000), procedure="J3420", units="2.5")
    remit = claim(
        "C1", one, two, remarks=("MA18",), forwarded_to=("NEXT PAYER", "SMTML"), original_number="OLD1", status="19"
    )
    file_id = world.land(world.text(world.remittance(remit, plb=[("WO", "REF1", 1_000), ("L6", "", -200)])))
    done = world.load()
    assert (done.sets, done.claims, done.lines, done.adjustments, done.paid_cents) == ({"loaded": 1}, 1, 2, 3, 5_200)
    con = world.con
    assert con.execute(
        "SELECT payer_id, trn02, method, paid_cents, effective_on, claim_paid_cents, plb_cents, is_our_payee, file_id FROM remittance.payment"
    ).fetchone() == ("BLHRB", "T1", "ACH", 5_200, dt.date(2026, 6, 20), 6_000, 800, True, file_id)
    assert con.execute(
        "SELECT clp01, status, charge_cents, paid_cents, payer_claim_number, original_payer_claim_number, forwarded_to, remark_codes, lines, "
        "adjusted_cents, is_balanced FROM remittance.claim"
    ).fetchone() == ("C1", "19", 15_000, 6_000, "ICN1", "OLD1", "SMTML", ["MA18"], 2, 9_000, True)
    rows = con.execute(
        "SELECT procedure_code, modifiers, charge_cents, paid_cents, units, dos_from, line_id, allowed_cents, remark_codes "
        "FROM remittance.line ORDER BY svc_no"
    ).fetchall()
    assert [tuple(map(str, row)) for row in rows] == [
        ("99213", "['25', '59']", "10000", "6000", "1.000", "2026-06-01", "LA", "7500", "['N30', 'MA01']"),
        ("J3420", "[]", "5000", "0", "2.500", "2026-06-01", "LB", "None", "[]"),
    ]
    assert con.execute("SELECT group_code, carc, cents FROM remittance.adjustment ORDER BY adjustment_id").fetchall() == [
        ("CO", "45", 2_500), ("PR", "2", 1_500), ("CO", "50", 5_000),
    ]  # fmt: skip
    assert con.execute("SELECT reason_code, reference, cents FROM remittance.provider_adjustment ORDER BY plb_id").fetchall() == [
        ("WO", "REF1", 1_000), ("L6", None, -200),
    ]  # fmt: skip


def test_every_row_points_at_its_segment(world: World) -> None:
    text = world.text(world.remittance(GOOD, plb=[("WO", "REF1", 1_000)]))
    world.land(text)
    world.load()
    segments = text.split("~")
    for table, tag in (
        ("payment", "BPR"),
        ("claim", "CLP"),
        ("line", "SVC"),
        ("adjustment", "CAS"),
        ("provider_adjustment", "PLB"),
    ):
        rows = world.con.execute(f"SELECT segment_no FROM remittance.{table}").fetchall()
        assert rows
        assert all(segments[number - 1].startswith(tag + "*") for (number,) in rows), table


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("BPR*I*80*C", "BPR*I*80.01*C", "PAYMENT_GATE"),
        ("BPR*I*80*C", "BPR*I*8E1*C", "BPR02"),
        ("BPR*I*80*C", "BPR*I*80*D", "BPR03"),
        ("BPR*I*80*C", "BPR*I*80*", "BPR03"),
        ("BPR*I*80*C", "BPR*H*80*C", "NON_WITH_MONEY"),
        ("*20260620~TRN", "*20261332~TRN", "BPR16"),
        ("*20260620~TRN", "*20280620~TRN", "BPR16"),
        ("*20260620~TRN", "~TRN", "BPR16"),
        ("C*ACH*CCP", "C*NON*CCP", "NON_WITH_MONEY"),
        ("TRN*1*T1*", "TRN*1**", "NO_TRN"),
        ("REF*EV*RECEIVER", "CUR*PR*CAD", "CURRENCY"),
        ("REF*EV*RECEIVER", "REF *EV*RECEIVER", "SEGMENT_ID"),
        ("REF*EV*RECEIVER", "CAS*CO*45*20", "STRAY_SEGMENT"),
        ("*100*80*0*CI", "*100*1_000*0*CI", "CLP04"),
        ("*100*80*0*CI", "*100*٨٠*0*CI", "CLP04"),
        ("N1*PE*HARBOR VIEW FAMILY MEDICINE*XX*1990300018", "N1*PE*HARBOR VIEW FAMILY MEDICINE", "NO_PAYEE"),
    ],
)  # fmt: skip
def test_a_set_that_cannot_stand_is_quarantined_alone(world: World, old: str, new: str, code: str) -> None:
    bad = world.text(world.remittance(GOOD))
    assert old in bad
    changed = bad.replace(old, new)
    sibling = world.remittance(claim("C2", line("B", 5_000, 5_000)), trace="T2")
    # the sound set follows the bad one in the same group
    body = world.text(sibling)
    start, end = body.index("ST*835"), body.index("GE*1*")
    both = changed.replace("GE*1*", body[start:end].replace("*0001", "*0002") + "GE*2*")
    world.land(both)
    done = world.load()
    assert done.sets == {"quarantined": 1, "loaded": 1}
    assert world.problems() == [code]
    assert world.con.execute("SELECT trn02 FROM remittance.payment").fetchall() == [("T2",)]
    row = world.con.execute("SELECT text FROM transport.problem").fetchone()
    assert row is not None
    assert "TESTER" not in row[0]


def test_sums_beyond_all_bounds_quarantine_their_set_and_stop_nothing(world: World) -> None:
    absurd = "CLP*X*1*99999999999999.99*99999999999999.99*0*CI~" * 1_000  # more cents than 64 bits hold
    text = world.text(world.remittance(GOOD))
    (count,) = re.findall(r"SE\*(\d+)\*", text)
    text = text.replace("CLP*C1*", absurd + "CLP*C1*", 1).replace(f"SE*{count}*", f"SE*{int(count) + 1_000}*")
    world.land(text)
    world.land(world.text(world.remittance(claim("C2", line("B", 5_000, 5_000)), trace="T2")))
    assert world.load().sets == {"quarantined": 1, "loaded": 1}
    assert world.problems() == ["PAYMENT_GATE"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("CAS*CO*45*20", "CAS*CO*45*19.99", "1 of 1 lines do not balance"),
        ("CAS*CO*45*20", "CAS*CO*45*2E1", "an amount in a CAS is no amount"),
        ("CAS*CO*45*20", "CAS*CO**20", "a reason without an amount, or an amount without a reason"),
        ("CAS*CO*45*20", "CAS*XX*45*20", "a group other than CO, OA, PI, PR"),
        ("SVC*HC:99213*100*80", "SVC*HC:99213**80", "SVC02 or SVC03 is missing"),
        ("CLP*C1*1*100*80", "CLP*C1*1*101*80", "CLP03 less CLP04 is 2100 cents"),
        ("CLP*C1*1*100*80", "CLP*C1*1**80", "CLP03 or CLP04 is missing"),
    ],
)
def test_a_claim_that_does_not_balance_is_loaded_and_marked_with_why(
    world: World, old: str, new: str, said: str
) -> None:
    text = world.text(world.remittance(GOOD))
    assert old in text
    world.land(text.replace(old, new))
    assert world.load().sets == {"loaded": 1}
    row = world.con.execute("SELECT is_balanced, imbalance FROM remittance.claim").fetchone()
    assert row is not None
    assert row[0] is False
    assert said in row[1]


def test_a_claim_is_never_lost_because_its_segment_cannot_be_read(world: World) -> None:
    denied = claim("C2", line("B", 5_000, 0, Adjustment("CO", "50", 5_000)), number="I2", status="4")
    text = world.text(world.remittance(GOOD, denied))
    for number, (old, new) in enumerate((("~CLP*C2", "~CL\nP*C2"), ("~CLP*C2", "~CLP *C2"))):
        assert old in text
        world.land(text.replace(old, new).replace("*T1*", f"*T{number}*"))
    assert world.load().sets == {"quarantined": 2}
    assert world.problems() == ["SEGMENT_ID"] * 2
    world.land(text.replace("~CLP*C2", "~\x00CLP*C2"))
    assert world.load().claims == 2


def test_six_triplets_with_blank_quantities_are_all_read(world: World) -> None:
    text = world.text(world.remittance(GOOD))
    world.land(text.replace("CAS*CO*45*20", "CAS*CO*45*10**59*5*1*131*5"))
    world.load()
    rows = world.con.execute(
        "SELECT carc, cents, quantity FROM remittance.adjustment ORDER BY adjustment_id"
    ).fetchall()
    assert [(carc, cents, None if quantity is None else int(quantity)) for carc, cents, quantity in rows] == [
        ("45", 1_000, None), ("59", 500, 1), ("131", 500, None),
    ]  # fmt: skip


def test_a_header_reference_after_a_claim_does_not_land_on_it(world: World) -> None:
    first, second = (
        claim("C1", line("A", 10_000, 8_000, CO45(2_000))),
        claim("C2", line("B", 5_000, 5_000), number="I2"),
    )
    text = world.text(world.remittance(first, second)).replace("CLP*C2", "LX*2~REF*F8*NOBODYS~CLP*C2")
    world.land(re.sub(r"~SE\*(\d+)", lambda found: f"~SE*{int(found.group(1)) + 2}", text))
    assert world.load().sets == {"loaded": 1}
    numbers = world.con.execute("SELECT clp01, original_payer_claim_number FROM remittance.claim ORDER BY 1").fetchall()
    assert numbers == [("C1", None), ("C2", None)]


def test_the_same_key_with_other_content_is_quarantined_and_never_merged(world: World) -> None:
    world.land(world.text(world.remittance(GOOD)))
    world.load()
    other = claim("C1", line("A", 10_000, 7_000, CO45(3_000)))
    world.land(world.text(world.remittance(other)))
    assert world.load().sets == {"quarantined": 1}
    assert world.problems() == ["TRN_REUSED"]
    assert world.con.execute("SELECT paid_cents FROM remittance.payment").fetchall() == [(8_000,)]


def test_of_two_conflicting_sets_the_one_sent_first_stands_whichever_lands_first(world: World) -> None:
    other = claim("C1", line("A", 10_000, 7_000, CO45(3_000)))
    late = world.text(world.remittance(other), at=dt.datetime(2026, 6, 22, 8, 0))
    early = world.text(world.remittance(GOOD), at=dt.datetime(2026, 6, 20, 8, 0))
    world.land(late)
    world.land(early)
    assert world.load().sets == {"loaded": 1, "quarantined": 1}
    assert world.con.execute("SELECT paid_cents FROM remittance.payment").fetchall() == [(8_000,)]


def test_a_payment_of_provider_adjustments_alone_is_loaded(world: World) -> None:
    world.land(world.text(world.remittance(plb=[("L6", "", -1_234)])))
    world.load()
    assert world.con.execute("SELECT paid_cents, claims FROM remittance.payment").fetchone() == (1_234, 0)
    assert verify(world.con, only="I03") == []


def test_test_money_is_refused_where_only_production_is_accepted(world: World) -> None:
    clearinghouse = world.config.partner("clearinghouse").model_copy(update={"accepts_usage": ["P"]})
    partners = world.config.partners.model_copy(
        update={
            "partners": [
                clearinghouse if one.partner_id == "clearinghouse" else one for one in world.config.partners.partners
            ]
        }
    )
    world.config = replace(world.config, partners=partners)
    world.land(world.text(world.remittance(GOOD)))
    assert world.load().sets == {}
    assert "USAGE" in world.problems()


@pytest.fixture
def threads_of_its_own(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """The database, which other tests use after this one, gets back how many threads it had."""
    row = con.execute("SELECT current_setting('threads')").fetchone()
    yield
    con.execute(f"SET threads = {row[0] if row else 2}")


@pytest.mark.usefixtures("threads_of_its_own")
@pytest.mark.parametrize("threads", [1, 2])
def test_a_large_file_is_shared_out_and_every_row_is_that_of_one_thread(
    world: World, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    """Many parts; remark codes stay in the order of their segment, however the parts fall."""
    given: list[Any] = []

    def read(*args: Any, **options: Any) -> int:
        given.append(options["threads"])
        return read_835(*args, **options)

    load = sys.modules["pm_pipeline.remittance.load"]
    monkeypatch.setattr(load, "read_835", read)
    monkeypatch.setattr(parts, "PART_BYTES", 1_500)
    world.con.execute(f"SET threads = {threads}")
    remarks = [("MA01", "MA13", "MA18"), ("MA18",), (), ("N30", "MA01")]
    sent = [
        claim(f"C{number}", line("A", 10_000 + number, 8_000, CO45(1_500 + number), PR2(500), remarks=remarks[-number % 4]),
              remarks=remarks[number % 4], number=f"N{number}")
        for number in range(40)
    ]  # fmt: skip
    world.land(world.text(world.remittance(*sent)))
    done = world.load()
    assert given == [threads]
    assert world.con.execute("SELECT current_setting('threads')").fetchall() == [(threads,)]
    assert (done.claims, done.lines, done.adjustments) == (40, 40, 80)
    rows = world.con.execute(
        "SELECT clp.clp01, clp.charge_cents, clp.remark_codes, line.remark_codes, clp.imbalance FROM remittance.claim AS clp "
        "JOIN remittance.line AS line USING (remit_claim_id) ORDER BY clp_no"
    ).fetchall()
    assert rows == [
        (f"C{number}", 10_000 + number, list(remarks[number % 4]), list(remarks[-number % 4]), None)
        for number in range(40)
    ]


@pytest.mark.usefixtures("threads_of_its_own")
def test_a_read_that_fails_leaves_the_threads_as_they_were(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    world.con.execute("SET threads = 2")
    monkeypatch.setattr(sys.modules["pm_pipeline.x12.read_835"], "take_in", fail)
    monkeypatch.setattr(parts, "PART_BYTES", 10)
    world.land(world.text(world.remittance(GOOD)))
    with pytest.raises(ZeroDivisionError):
        world.load()
    assert world.con.execute("SELECT current_setting('threads')").fetchall() == [(2,)]
