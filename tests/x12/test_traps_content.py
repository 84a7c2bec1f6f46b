"""Every trap inside the sets of real files, one named test each, seen through the summary and the typed tables."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from pm_pipeline.x12.summary import summarize
from tests.x12.accounting import unaccounted
from tests.x12.files import (
    CLAIM,
    acknowledgment,
    bill,
    group,
    interchange,
    read_835,
    remittance,
    render,
)


def payments(*sets: list[str]) -> bytes:
    return render(interchange(group(*sets)))


def transactions(data: bytes) -> list[dict[str, Any]]:
    return [item for one in summarize(data, list_claims=100)["interchanges"] for item in one["transactions"]]


def adjustments(con: duckdb.DuckDBPyConnection, data: bytes) -> list[tuple[str, str, int, int]]:
    read_835(con, data)
    rows = con.execute(
        "SELECT group_code, carc, cents, CAST(quantity AS INTEGER) FROM x12_835_adjustment ORDER BY segment_no, triplet"
    )
    return rows.fetchall()


def test_a_blank_quantity_between_cas_triplets_shifts_nothing(con: duckdb.DuckDBPyConnection) -> None:
    data = payments(remittance("0001", *CLAIM[:3], "CAS*PR*1*10**2*5*1*3*5"))
    assert adjustments(con, data) == [("PR", "1", 1000, None), ("PR", "2", 500, 1), ("PR", "3", 500, None)]
    assert transactions(data)[0]["unbalanced_claims"] == 0


def test_six_triplets_with_no_quantity_are_six(con: duckdb.DuckDBPyConnection) -> None:
    data = payments(remittance("0001", *CLAIM[:3], "CAS*CO*1*1**2*2**3*3**4*4**5*5**6*5"))
    assert [(carc, cents) for _, carc, cents, _ in adjustments(con, data)] == [
        ("1", 100), ("2", 200), ("3", 300), ("4", 400), ("5", 500), ("6", 500),
    ]  # fmt: skip


def test_a_blank_triplet_in_the_middle_ends_nothing(con: duckdb.DuckDBPyConnection) -> None:
    data = payments(remittance("0001", *CLAIM[:3], "CAS*PR*1*10*****3*10"))
    assert [(carc, cents) for _, carc, cents, _ in adjustments(con, data)] == [("1", 1000), ("3", 1000)]


@pytest.mark.parametrize("amount", ["", " ", "ABC", "1E2", "10.005", "+5", "1,000"])
def test_a_blank_or_unreadable_amount_spoils_its_claim_and_neither_its_set_nor_its_sibling(
    amount: str, con: duckdb.DuckDBPyConnection
) -> None:
    broken = (f"CLP*B1*1*{amount}*0**12*P2*11*1", *CLAIM[1:2])
    data = payments(remittance("0001", *CLAIM, *broken), remittance("0002"))
    first, second = transactions(data)
    assert (first["disposition"], second["disposition"]) == ("noted", "accepted")
    assert (first["claims"], first["unbalanced_claims"], second["unbalanced_claims"]) == (2, 1, 0)
    assert (first["balanced"], first["paid_cents"], first["charge_cents"]) == (True, 8000, 10000)
    assert unaccounted(con, data) == []


def test_a_clp_without_amounts_at_the_end_of_a_set_is_counted() -> None:
    (one,) = transactions(payments(remittance("0001", *CLAIM, "CLP*B1*22")))
    assert (one["disposition"], one["claims"], one["unbalanced_claims"]) == ("noted", 2, 1)


def test_a_payment_that_no_longer_balances_is_quarantined_and_its_sibling_stands() -> None:
    first, second = transactions(payments(remittance("0001", paid="90"), remittance("0002")))
    assert (first["balanced"], first["unbalanced_claims"], first["disposition"]) == (False, 0, "quarantined")
    assert [(one["code"], one["segment_no"]) for one in first["problems"]] == [("PAYMENT_GATE", 4)]
    assert (second["balanced"], second["disposition"], second["problems"]) == (True, "accepted", [])


def test_b061_an_element_separator_inside_clp01_shifts_amounts_and_is_caught_by_balance() -> None:
    shifted = ("CLP*A*1*1*100*80*20*12*P1*11*1", *CLAIM[1:])
    first, second = transactions(payments(remittance("0001", *shifted), remittance("0002")))
    assert (first["unbalanced_claims"], first["balanced"]) == (1, False)
    assert (second["unbalanced_claims"], second["balanced"]) == (0, True)


@pytest.mark.parametrize("mark", [">", ":", "^", "|"])
def test_a_component_separator_in_the_body_other_than_isa16_is_read(mark: str, con: duckdb.DuckDBPyConnection) -> None:
    body = ("CLP*A1*1*100*80*20*12*P1*11*1", f"SVC*HC{mark}99213{mark}26*100*80**1", "CAS*PR*1*20")
    read_835(con, payments(remittance("0001", *body)))
    lines = con.execute("SELECT procedure_code, modifiers, charge_cents FROM x12_835_line").fetchall()
    assert lines == [("99213", ["26"], 10000)]


def test_blanks_behind_ids_and_trace_numbers_are_trimmed() -> None:
    padded = ("CLP*A1   *1*100*80*20*12*P1   *11*1", *CLAIM[1:])
    segments = [one.replace("*1999999999", "*1999999999   ") for one in remittance("0001", *padded)]
    segments = [one.replace("*CHECK1*", "*  CHECK1 *") for one in segments]
    (one,) = transactions(payments(segments))
    assert (one["trn02"], one["trn03"]) == ("CHECK1", "1999999999")
    assert [(claim["claim_id"], claim["payer_claim_number"]) for claim in one["claim_list"]] == [("A1", "P1")]


def test_a_reversal_at_claim_level_needs_no_lines() -> None:
    reversal = ("CLP*A1*22*-100*-80**12*P1*11*1", "CAS*PR*1*-20", "NM1*QC*1*DOE*JOHN")
    (one,) = transactions(payments(remittance("0001", *reversal, *CLAIM, paid="0")))
    assert (one["claims"], one["lines"], one["charge_cents"], one["paid_cents"]) == (2, 1, 0, 0)
    assert (one["balanced"], one["unbalanced_claims"]) == (True, 0)


def test_a_line_that_misses_a_component_shifts_its_amounts_and_is_found() -> None:
    (one,) = transactions(payments(remittance("0001", CLAIM[0], "SVC*HC*99213*100*80**1", CLAIM[3])))
    assert (one["disposition"], one["unbalanced_claims"]) == ("noted", 1)


def test_the_next_header_never_lands_on_the_last_claim(con: duckdb.DuckDBPyConnection) -> None:
    first = remittance("0001", *CLAIM, "PLB*1990300018*20261231*WO:A1*0")
    read_835(con, payments([*first[:-1], "REF*F8*AFTER", f"SE*{len(first) + 1}*0001"], remittance("0002")))
    assert con.execute("SELECT DISTINCT original_payer_claim_number FROM x12_835_claim").fetchall() == [(None,)]


def test_each_set_of_a_mixed_interchange_has_its_own_sums() -> None:
    data = render(interchange(group(bill(), number=8, gs01="HC"), group(remittance())))
    claims, payment = transactions(data)
    assert (claims["st01"], claims["claims"], claims["lines"], claims["charge_cents"]) == ("837", 1, 1, 12050)
    assert (payment["st01"], payment["charge_cents"], payment["paid_cents"]) == ("835", 10000, 8000)


@pytest.mark.parametrize("code", ["A", "E", "R"])
def test_an_ak5_inside_a_999_answers_as_an_ik5_does(code: str) -> None:
    answers = ("AK2*837*1001*005010X222A1", f"AK5*{code}*5")
    (one,) = transactions(render(interchange(group(acknowledgment("0001", *answers), gs01="FA"))))
    assert [(answer["st02"], answer["code"]) for answer in one["sets"]] == [("1001", code)]


def test_a_999_without_ak9_has_no_group_code() -> None:
    segments = [one for one in acknowledgment() if not one.startswith("AK9")]
    segments[-1] = f"SE*{len(segments)}*0001"
    (one,) = transactions(render(interchange(group(segments, gs01="FA"))))
    assert (one["disposition"], one["group_code"]) == ("noted", None)


def test_a_ta1_after_ge_and_one_of_four_elements_are_in_the_summary() -> None:
    data = render(interchange(["TA1*0659*20110922*0512*A"], group(remittance()), ["TA1*000000008*260302*0830*R*024"]))
    assert summarize(data)["interchanges"][0]["ta1"] == [
        {"isa13": "0659", "code": "A", "note": ""},
        {"isa13": "000000008", "code": "R", "note": "024"},
    ]
