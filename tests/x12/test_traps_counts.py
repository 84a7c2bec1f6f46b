"""Every trap of counts, control numbers and order in real files, one named test each (B...: see bad_inputs.csv).

What is spoilt is the smallest thing: a set leaves its siblings alone, a group the next group, an interchange the next.
"""

from __future__ import annotations

import duckdb
import pytest

from pm_pipeline.transport.guides import judge
from pm_pipeline.x12.envelope import open_envelope
from tests.x12.accounting import unaccounted
from tests.x12.files import (
    Found,
    Marks,
    acknowledgment,
    bill,
    changed,
    codes,
    group,
    interchange,
    judged_sets,
    outline,
    remittance,
    render,
    whole,
)

WHOLE = whole()
IEA = 28  # its segment number in WHOLE
BILLS = group(bill(), number=8, gs01="HC", guide="005010X222A1")
TA1 = ["TA1*000000001*260302*0830*A*000"]
GOOD = ("accepted", ["accepted"], ["accepted"], ["accepted", "accepted"])
REFUSED = ("rejected", ["rejected"], ["accepted"], ["rejected", "rejected"])


# --- one fault among things that are whole --------------------------------------------------------------------------

HELD, FINE, OUT = "quarantined", "accepted", "rejected"


@pytest.mark.parametrize(
    ("number", "instead", "found", "groups", "sets"),
    [
        pytest.param(14, ["SE*13*0001"], ("set", "SE01", 14), FINE, [HELD, FINE], id="wrong-se01"),
        pytest.param(14, ["SE*12X*0001"], ("set", "SE01", 14), FINE, [HELD, FINE], id="se01-no-number"),
        pytest.param(14, ["SE"], ("set", "NO_SE", 15), FINE, [HELD, FINE], id="se-without-elements"),
        pytest.param(14, ["SE*12*0002"], ("set", "SE02", 14), FINE, [HELD, FINE], id="b052-wrong-se02"),
        pytest.param(26, ["SE*12*0001"], ("set", "SE02", 26), FINE, [FINE, HELD], id="wrong-last-se02"),
        pytest.param(14, [], ("set", "NO_SE", 14), FINE, [HELD, FINE], id="no-se"),
        pytest.param(26, [], ("set", "NO_SE", 26), FINE, [FINE, HELD], id="no-last-se"),
        pytest.param(15, ["ST*835*0001"], ("group", "ST02_TWICE", 15), OUT, [OUT, OUT], id="b053-st02-twice"),
        pytest.param(15, [], ("group", "STRAY_SEGMENT", 15), OUT, [OUT], id="no-st"),
        pytest.param(27, ["GE*3*7"], ("group", "GE01", 27), OUT, [OUT, OUT], id="b049-wrong-ge01"),
        pytest.param(27, ["GE*2*8"], ("group", "GE02", 27), OUT, [OUT, OUT], id="b050-wrong-ge02"),
        pytest.param(27, [], ("group", "NO_GE", 27), OUT, [OUT, OUT], id="no-ge"),
        pytest.param(2, [], ("group", "NO_GS", 2), OUT, [OUT, OUT], id="no-gs"),
    ],
)
def test_a_fault_of_a_set_or_group_leaves_the_next_group_and_interchange_alone(
    number: int, instead: list[str], found: Found, groups: str, sets: list[str], con: duckdb.DuckDBPyConnection
) -> None:
    broken = [*changed(WHOLE[:-1], number, *instead), *BILLS, "IEA*2*000000007"]
    if number == 15 and not instead:  # the set's SE stands alone then, too
        broken[26 - 2] = "SE*12*0002"
    data = render(broken) + render(whole(8))
    envelope = open_envelope(data)
    assert found in codes(envelope)
    assert outline(envelope) == (
        "accepted", ["accepted", "accepted"], [groups, "accepted", "accepted"],
        [*sets, "accepted", "accepted", "accepted"],
    )  # fmt: skip
    assert unaccounted(con, data) == []


INTERCHANGE_FAULTS = [
    pytest.param(IEA, ["IEA*2*000000007"], ("interchange", "IEA01", IEA), id="b047-wrong-iea01"),
    pytest.param(IEA, ["IEA*1*000000008"], ("interchange", "IEA02", IEA), id="wrong-iea02"),
    pytest.param(IEA, [], ("interchange", "NO_IEA", IEA), id="b046-no-iea"),
    pytest.param(27, ["GE*2*7", "GE*2*7"], ("interchange", "GE_WITHOUT_GS", 28), id="ge-without-gs"),
    pytest.param(2, ["REF*ZZ*1", WHOLE[1]], ("interchange", "STRAY_SEGMENT", 2), id="a-segment-before-gs"),
    pytest.param(27, ["GE*2*7", "REF*ZZ*1"], ("interchange", "STRAY_SEGMENT", 28), id="a-segment-after-ge"),
]


@pytest.mark.parametrize(("number", "instead", "found"), INTERCHANGE_FAULTS)
def test_a_fault_of_the_only_interchange_rejects_the_file(
    number: int, instead: list[str], found: Found, con: duckdb.DuckDBPyConnection
) -> None:
    data = render(changed(WHOLE, number, *instead))
    envelope = open_envelope(data)
    assert (outline(envelope), codes(envelope)) == (REFUSED, [found])
    assert unaccounted(con, data) == []


@pytest.mark.parametrize(("number", "instead", "found"), INTERCHANGE_FAULTS)
def test_a_fault_of_an_interchange_leaves_those_around_it_alone(
    number: int, instead: list[str], found: Found, con: duckdb.DuckDBPyConnection
) -> None:
    data = render(whole(6)) + render(changed(WHOLE, number, *instead), Marks("|", ">")) + render(whole(8))
    envelope = open_envelope(data)
    assert outline(envelope)[:2] == ("quarantined", ["accepted", "rejected", "accepted"])
    assert outline(envelope)[3] == ["accepted"] * 2 + ["rejected"] * 2 + ["accepted"] * 2
    assert codes(envelope) == [(found[0], found[1], found[2] + 28)]
    assert unaccounted(con, data) == []


@pytest.mark.parametrize(
    ("number", "instead", "at", "sets"),
    [
        pytest.param(3, ["REF*ZZ*1", WHOLE[2]], 3, 2, id="before-the-first-set"),
        pytest.param(15, ["REF*ZZ*1", "REF*ZZ*2", WHOLE[14]], 15, 2, id="two-between-sets"),
        pytest.param(27, ["REF*ZZ*1", "GE*2*7"], 27, 2, id="after-the-last-set"),
        pytest.param(15, ["st*835*0002"], 15, 1, id="st-in-lower-case"),
    ],
)
def test_segments_outside_any_set_are_never_dropped_without_a_word(
    number: int, instead: list[str], at: int, sets: int, con: duckdb.DuckDBPyConnection
) -> None:
    """A third-party 270 has three HL and NM1 segments between GS and ST; nobody could say whose they are."""
    data = render([*changed(WHOLE[:-1], number, *instead), *BILLS, "IEA*2*000000007"])
    envelope = open_envelope(data)
    assert [one for one in codes(envelope) if one[1] == "STRAY_SEGMENT"] == [("group", "STRAY_SEGMENT", at)]
    assert outline(envelope)[1:] == (["accepted"], ["rejected", "accepted"], ["rejected"] * sets + ["accepted"])
    assert unaccounted(con, data) == []


def test_an_se_too_many_is_named(con: duckdb.DuckDBPyConnection) -> None:
    data = render(changed(WHOLE, 14, "SE*12*0001", "SE*12*0001"))
    envelope = open_envelope(data)
    assert ("group", "SE_WITHOUT_ST", 15) in codes(envelope)
    assert unaccounted(con, data) == []


def test_a_gs_before_the_set_is_closed_ends_the_set_and_the_group(con: duckdb.DuckDBPyConnection) -> None:
    data = render([*WHOLE[:25], *BILLS, "IEA*2*000000007"])
    envelope = open_envelope(data)
    assert codes(envelope) == [("group", "NO_GE", 26), ("set", "NO_SE", 26)]
    assert outline(envelope)[1:] == (["accepted"], ["rejected", "accepted"], ["rejected", "rejected", "accepted"])
    assert [each.last_segment_no for each in envelope.interchanges[0].groups[0].sets] == [14, 25]
    assert unaccounted(con, data) == []


def test_b046_a_file_cut_anywhere_is_never_accepted(con: duckdb.DuckDBPyConnection) -> None:
    data = render(WHOLE)
    for size in range(len(data) - 1):
        envelope = open_envelope(data[:size])
        assert envelope.disposition == "rejected", size
        assert "accepted" not in outline(envelope)[3], size
        assert codes(envelope), size
        assert size % 7 or unaccounted(con, data[:size]) == []


def test_an_unterminated_last_segment_is_read_and_noted(con: duckdb.DuckDBPyConnection) -> None:
    data = render(WHOLE)[:-1]
    envelope = open_envelope(data)
    assert outline(envelope) == ("accepted", ["noted"], ["accepted"], ["accepted", "accepted"])
    assert codes(envelope) == [("interchange", "UNTERMINATED", IEA)]
    assert unaccounted(con, data) == []


@pytest.mark.parametrize("cut", [0, -2, -14], ids=["behind-a-terminator", "in-an-element", "in-the-tag"])
def test_a_cut_in_a_later_interchange_leaves_the_earlier_one_standing(cut: int, con: duckdb.DuckDBPyConnection) -> None:
    data = render(WHOLE) + render(whole(8)[:27])[: cut or None]
    envelope = open_envelope(data)
    assert outline(envelope)[:2] == ("quarantined", ["accepted", "rejected"])
    assert outline(envelope)[3] == ["accepted", "accepted", "rejected", "rejected"]
    assert ("interchange", "NO_IEA") in [(level, code) for level, code, _ in codes(envelope)]
    assert unaccounted(con, data) == []


# --- many things in one file ----------------------------------------------------------------------------------------


def test_several_interchanges_groups_and_sets(con: duckdb.DuckDBPyConnection) -> None:
    parts = [group(*[remittance(f"{place:04d}") for place in range(1, 4)], number=n) for n in (1, 2)]
    data = b"".join(render(interchange(*parts, number=n)) for n in (1, 2, 3))
    envelope = open_envelope(data)
    assert outline(envelope) == ("accepted", ["accepted"] * 3, ["accepted"] * 6, ["accepted"] * 18)
    assert (codes(envelope), unaccounted(con, data)) == ([], [])


def test_a_claim_file_and_its_remittance_in_one_interchange(con: duckdb.DuckDBPyConnection) -> None:
    data = render(interchange(BILLS, group(remittance()), group(acknowledgment(), number=9, gs01="FA")))
    envelope = open_envelope(data)
    assert judged_sets(envelope) == [("837", "accepted"), ("835", "accepted"), ("999", "accepted")]
    assert (codes(envelope), unaccounted(con, data)) == ([], [])


def test_a_bad_set_among_mixed_ones_is_alone_held(con: duckdb.DuckDBPyConnection) -> None:
    held = changed(remittance(), 12, "SE*99*0001")
    data = render(interchange(BILLS, group(held), group(acknowledgment(), number=9, gs01="FA")))
    assert judged_sets(open_envelope(data)) == [("837", "accepted"), ("835", "quarantined"), ("999", "accepted")]
    assert unaccounted(con, data) == []


def test_the_same_st02_in_two_groups_is_no_fault() -> None:
    data = render(interchange(group(remittance("0001")), group(remittance("0001"), number=8)))
    assert codes(open_envelope(data)) == []


def test_b058_156_interchanges_with_one_control_number_are_each_judged_alone(con: duckdb.DuckDBPyConnection) -> None:
    one = render(WHOLE)
    data = one * 70 + render(changed(WHOLE, 14, "SE*9*0001")) + one * 85
    envelope = open_envelope(data)
    assert {interchange.control_number for interchange in envelope.interchanges} == {"000000007"}
    assert outline(envelope)[:3] == ("accepted", ["accepted"] * 156, ["accepted"] * 156)
    assert outline(envelope)[3] == ["accepted"] * 140 + ["quarantined"] + ["accepted"] * 171
    assert codes(envelope) == [("set", "SE01", 70 * 28 + 14)]
    assert unaccounted(con, data) == []


def test_b059_a_gap_in_control_numbers_is_no_fault_of_a_file() -> None:
    assert codes(open_envelope(render(whole(5)) + render(whole(7)))) == []


@pytest.mark.parametrize("junk", ["JUNK", "STC*A6:200*20120424*U*800~", "GS*HP*A*B~", "<html>", "\x00\x01\x02"])
def test_b056_data_after_the_iea_rejects_the_file(junk: str, con: duckdb.DuckDBPyConnection) -> None:
    data = render(WHOLE) + b"\r\n" + junk.encode()
    envelope = open_envelope(data)
    assert (outline(envelope), codes(envelope)) == (REFUSED, [("file", "DATA_AFTER_IEA", IEA + 1)])
    assert unaccounted(con, data) == []


def test_b056_data_between_two_interchanges_rejects_the_file(con: duckdb.DuckDBPyConnection) -> None:
    data = render(WHOLE) + b"JUNK~" + render(whole(8))
    envelope = open_envelope(data)
    assert (outline(envelope), codes(envelope)) == (REFUSED, [("file", "DATA_AFTER_IEA", IEA + 1)])
    assert unaccounted(con, data) == []


# --- TA1 ------------------------------------------------------------------------------------------------------------


def ta1_numbers(data: bytes) -> list[int]:
    return [number for one in open_envelope(data).interchanges for number, *_ in one.ta1]


@pytest.mark.parametrize(
    ("parts", "numbers"),
    [
        pytest.param([TA1], [2], id="alone"),
        pytest.param([TA1 * 2], [2, 3], id="two"),
        pytest.param([["TA1*0659*20110922*0512*A"]], [2], id="four-elements-and-an-eight-digit-date"),
        pytest.param([TA1, group(acknowledgment(), gs01="FA")], [2], id="before-a-999"),
        pytest.param([group(acknowledgment(), gs01="FA"), TA1], [10], id="after-ge"),
        pytest.param([TA1, group(remittance()), TA1, group(bill(), number=8), TA1], [2, 17, 26], id="between-groups"),
    ],
)
def test_a_ta1_is_found_wherever_it_stands(
    parts: list[list[str]], numbers: list[int], con: duckdb.DuckDBPyConnection
) -> None:
    data = render(interchange(*parts))
    envelope = open_envelope(data)
    assert (envelope.disposition, envelope.interchanges[0].disposition, codes(envelope)) == ("accepted", "accepted", [])
    assert ta1_numbers(data) == numbers
    assert unaccounted(con, data) == []


def test_a_ta1_counted_as_a_group_is_noted() -> None:
    envelope = open_envelope(render(interchange(TA1, count=1)))
    assert (envelope.interchanges[0].disposition, codes(envelope)) == ("noted", [("interchange", "IEA01", 3)])


def test_a_ta1_inside_a_set_is_a_segment_of_the_set_and_no_answer(con: duckdb.DuckDBPyConnection) -> None:
    data = render(changed(changed(WHOLE, 14, "SE*13*0001"), 4, *TA1, WHOLE[3]))
    assert ta1_numbers(data) == []
    assert unaccounted(con, data) == []


# --- what is for us to read, judged after the envelope -----------------------------------------------------------------


def test_b044_test_money_is_rejected_where_production_is_awaited_and_its_neighbour_stands() -> None:
    envelope = open_envelope(render(whole(7)) + render(interchange(group(remittance()), number=8, usage="P")))
    judge(envelope, {"P"})
    assert outline(envelope)[1] == ["rejected", "accepted"]
    assert codes(envelope) == [("interchange", "USAGE", 1)]


def test_b043_a_group_of_an_unknown_guide_is_rejected_and_its_neighbour_stands() -> None:
    envelope = open_envelope(render(interchange(group(remittance(), guide="003040"), group(remittance(), number=8))))
    judge(envelope, {"T"})
    assert outline(envelope)[3] == ["rejected", "accepted"]
    assert {code for _, code, _ in codes(envelope)} == {"UNSUPPORTED_GUIDE"}


# --- a separator inside data ----------------------------------------------------------------------------------------


def test_b061_a_terminator_inside_a_name_quarantines_the_set_alone(con: duckdb.DuckDBPyConnection) -> None:
    data = render(changed(WHOLE, 11, "NM1*QC*1*DO~E*JOHN****MI*M1"))
    envelope = open_envelope(data)
    assert outline(envelope) == (*GOOD[:3], ["quarantined", "accepted"])
    assert codes(envelope) == [("set", "SE01", 15)]
    assert unaccounted(con, data) == []


def test_b061_a_name_that_ends_like_a_control_segment_quarantines_the_set_alone() -> None:
    """``~SE*`` in a name closes the set too early: its own SE is then one too many."""
    envelope = open_envelope(render(changed(WHOLE, 11, "NM1*QC*1*DO~SE*JOHN****MI*M1")))
    assert judged_sets(envelope)[0][1] != "accepted"
    assert ("set", "SE01", 12) in codes(envelope)
