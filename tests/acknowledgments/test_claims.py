"""277CA: every level, every status, and totals held against what is listed (B...: see bad_inputs.csv)."""

from __future__ import annotations

import csv
from importlib.resources import files

import duckdb
import pytest

from pm_pipeline.x12.envelope import Delimiters
from pm_pipeline.x12.segments import SetText, read_guide
from tests.acknowledgments.sent import Sent

HEAD = ("HL*1**20*1", "HL*2*1*21*1", "TRN*2*B701", "STC*A1:19*20260603*WQ*300")


def claim(number: int, claim_id: str, category: str, amount: str = "100") -> list[str]:
    action = "U" if category in ("A3", "A4", "A6", "A7", "A8") else "WQ"
    return [f"HL*{number}*3*PT", f"TRN*2*{claim_id}", f"STC*{category}:20*20260603*{action}*{amount}"]


def test_b074_totals_that_tie_are_no_problem(sent: Sent) -> None:
    sent.claim_answer(
        *HEAD, "QTY*90*1", "QTY*AA*1", "AMT*YU*100", "AMT*YY*100.5", "HL*3*2*19*1", "TRN*1*0", "STC*A1:19**WQ*200.5",
        "QTY*QA*1", "QTY*QC*1", "AMT*YU*100", "AMT*YY*100.50", *claim(4, "C1", "A2"), *claim(5, "C2", "A7", "100.5"),
    )  # fmt: skip
    assert sent.states == {"C1": "accepted", "C2": "rejected", "C3": "sent"}
    assert sent.problems() == []


@pytest.mark.parametrize(
    ("totals", "says"),
    [
        (("QTY*90*2", "QTY*AA*1"), "counts 2 accepted and 1 rejected claims (QTY) and lists 1 and 1."),
        (("QTY*90*2",), "counts 2 accepted and 0 rejected claims (QTY) and lists 1 and 1."),
        (("QTY*90*1", "QTY*AA*1", "AMT*YU*99.99", "AMT*YY*100"), "states 99.99 accepted and 100.00 rejected (AMT)"),
        (("AMT*YU*200",), "states 200.00 accepted and 0.00 rejected (AMT)"),
    ],
)
def test_b074_totals_that_do_not_tie_are_reported_and_each_claims_status_applies(
    sent: Sent, totals: tuple[str, ...], says: str
) -> None:
    sent.claim_answer(*HEAD, *totals, "HL*3*2*19*1", *claim(4, "C1", "A2"), *claim(5, "C2", "A7"))
    assert sent.states == {"C1": "accepted", "C2": "rejected", "C3": "sent"}
    assert sent.problems() == ["TOTALS"]
    assert says in sent.said("TOTALS")


def test_b074_more_claims_than_the_batch_has_do_not_tie(sent: Sent) -> None:
    """Set 701 has two claims; the third, of another set, is listed and counted all the same."""
    sent.claim_answer(
        *HEAD, "QTY*90*3", "HL*3*2*19*1", *claim(4, "C1", "A2"), *claim(5, "C2", "A2"), *claim(6, "C3", "A2")
    )
    assert sent.problems() == ["TOTALS"]
    assert "Our batch has 2." in sent.said("TOTALS")


def test_rejected_claims_that_are_counted_and_not_listed_are_reported_at_each_level(sent: Sent) -> None:
    sent.claim_answer(
        *HEAD, "QTY*90*1", "QTY*AA*2", "HL*3*2*19*1", "TRN*1*0", "STC*A1:19**WQ*300", "QTY*QA*1", "QTY*QC*2", *claim(4, "C1", "A2"),
    )  # fmt: skip
    assert sent.states == {"C1": "accepted", "C2": "sent", "C3": "sent"}
    texts = [
        text
        for (text,) in sent.con.execute(
            "SELECT text FROM transport.problem WHERE code = 'UNLISTED_REJECTED' ORDER BY segment_no"
        ).fetchall()
    ]
    assert [text.split(" the file")[0] for text in texts] == ["At receiver level", "At provider level"]
    assert all("2 rejected claims are not named" in text for text in texts)
    assert "of our batch these are not in the file: C2." in texts[0]
    assert sent.con.execute("SELECT segment_no FROM transport.problem WHERE code = 'TOTALS'").fetchall() == []


def test_a_batch_rejected_at_receiver_level_needs_no_claims_listed(sent: Sent) -> None:
    """Its total counts claims that are not listed, but all of them are rejected: none is in doubt."""
    sent.claim_answer(
        "HL*1**20*1", "HL*2*1*21*0", "TRN*2*B701", "STC*A8:746:40*20260603*U*200", "QTY*AA*2", "AMT*YY*200"
    )
    assert sent.states == {"C1": "rejected", "C2": "rejected", "C3": "sent"}
    assert sent.problems() == []


def test_a_provider_rejected_takes_its_own_claims_and_leaves_another_providers_alone(sent: Sent) -> None:
    sent.claim_answer(
        *HEAD, "HL*3*2*19*1", "TRN*1*0", "STC*A8:562*20260603*U*100", "HL*4*3*PT", "TRN*2*C1",
        "HL*5*2*19*1", "TRN*1*0", "STC*A1:19**WQ*100", "HL*6*5*PT", "TRN*2*C2", "STC*A2:20*20260603*WQ*100",
    )  # fmt: skip
    assert sent.states == {"C1": "rejected", "C2": "accepted", "C3": "sent"}
    assert sent.problems() == []


def test_which_claims_of_one_of_two_providers_are_meant_is_not_guessed(sent: Sent) -> None:
    sent.claim_answer(
        *HEAD, "HL*3*2*19*0", "TRN*1*0", "STC*A8:562*20260603*U*100", "HL*5*2*19*0", "TRN*1*0", "STC*A1:19**WQ*100",
    )  # fmt: skip
    assert sent.states == dict.fromkeys(("C1", "C2", "C3"), "sent")
    assert sent.problems() == ["PROVIDER_REJECTED"]


@pytest.mark.parametrize("place", ["STC10", "STC11"])
def test_a_rejection_in_the_second_or_third_composite_counts(sent: Sent, place: str) -> None:
    empty = "******" if place == "STC10" else "*******"
    sent.claim_answer(*HEAD, "HL*3*2*19*1", "HL*4*3*PT", "TRN*2*C1", f"STC*A2:20*20260603*U*100{empty}A7:21:IL")
    assert sent.states["C1"] == "rejected"
    assert sent.con.execute(
        "SELECT status_no % 100, category, status, entity FROM acknowledgments.claim_status WHERE claim_id = 'C1' ORDER BY 1"
    ).fetchall() == [(1, "A2", "20", None), (int(place[-2:]), "A7", "21", "IL")]


def test_a_rejected_line_rejects_its_claim(sent: Sent) -> None:
    sent.claim_answer(*HEAD, "HL*3*2*19*1", *claim(4, "C1", "A1"), "SVC*HC:99213*100****1", "STC*A7:122**U")
    assert sent.states["C1"] == "rejected"
    assert sent.con.execute("SELECT level, category FROM acknowledgments.claim_status WHERE claim_id = 'C1' ORDER BY segment_no").fetchall() == [
        ("claim", "A1"), ("line", "A7"),
    ]  # fmt: skip


def test_a_status_outside_any_level_is_kept_and_moves_nothing(sent: Sent) -> None:
    sent.claim_answer("STC*A2:20*20260603*WQ*100", "HL*1**20*1")
    assert sent.con.execute("SELECT level, is_ours FROM acknowledgments.claim_status").fetchall() == [("other", False)]


def test_a_bodys_own_component_separator_is_seen(sent: Sent) -> None:
    """ISA16 says ':', the body is written with '>'."""
    sent.claim_answer(*HEAD, "HL*3*2*19*1", "HL*4*3*PT", "TRN*2*C1", "STC*A7>562>85*20260603*WQ*100")
    assert sent.states["C1"] == "rejected"
    assert sent.con.execute(
        "SELECT category, status, entity FROM acknowledgments.claim_status WHERE claim_id = 'C1'"
    ).fetchone() == ("A7", "562", "85")


# --- the reader, without a warehouse --------------------------------------------------------------------------------

SET = "~".join([
    "ST*277*0001*005010X214", "BHT*0085*08*REF1*20260603*0912*TH", "HL*1**20*1", "NM1*AY*2*HOUSE*****46*HOUSE1", "TRN*1*SRC",
    "DTP*050*D8*20260602", "DTP*009*D8*20260603", "HL*2*1*21*1", "NM1*41*2*PRACTICE*****46*S1", "TRN*2*BATCH1",
    "STC*A1:19:PR*20260603*WQ*300", "QTY*90*1", "QTY*AA*2", "AMT*YU*100", "AMT*YY*200", "HL*3*2*19*1", "NM1*85*2*PRACTICE*****XX*1990300018",
    "TRN*1*0", "STC*A1:19:PR**WQ*300", "REF*TJ*000000000", "QTY*QA*1", "QTY*QC*1", "HL*4*3*PT", "NM1*QC*1*TESTER*ANN****MI*M1",
    "TRN*2*CLAIM1", "STC*A2:20*20260603*WQ*100", "REF*1K*ICN1", "REF*D9*CH1", "REF*BLT*111", "DTP*472*RD8*20260601-20260603",
    "HL*5*3*PT", "NM1*QC*1*TESTER*BEN****MI*M2", "TRN*2*CLAIM2", "STC*A6:21:IL*20260603*U*100******A6:33*A3:116", "REF*EJ*ACCOUNT2",
    "SVC*HC:99213:25*60****1", "STC*A6:454**U", "REF*FJ*LINE1", "DTP*472*D8*20260601", "SVC*HC:80053*40****1", "STC*A1:19**WQ", "SE*42*0001",
])  # fmt: skip


@pytest.fixture
def read(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """SET, read."""
    read_guide(con, "277ca", [SetText("s", "f", 3, Delimiters("*", ":", "^", "~"), SET)])
    return con


def test_each_status_stands_at_its_level(read: duckdb.DuckDBPyConnection) -> None:
    rows = read.execute(
        "SELECT segment_no, place, level, claim_id, category, status, verdict, line_id FROM x12_277ca_status ORDER BY 1, 2"
    ).fetchall()
    assert rows == [
        (13, 1, "receiver", None, "A1", "19", "received", None),
        (21, 1, "provider", None, "A1", "19", "received", None),
        (28, 1, "claim", "CLAIM1", "A2", "20", "accepted", None),
        (36, 1, "claim", "CLAIM2", "A6", "21", "rejected", None),
        (36, 10, "claim", "CLAIM2", "A6", "33", "rejected", None),
        (36, 11, "claim", "CLAIM2", "A3", "116", "rejected", None),
        (39, 1, "line", "CLAIM2", "A6", "454", "rejected", "LINE1"),
        (43, 1, "line", "CLAIM2", "A1", "19", "received", None),
    ]


def test_a_claim_has_its_numbers_dates_and_verdict(read: duckdb.DuckDBPyConnection) -> None:
    assert read.execute(
        "SELECT claim_id, payer_claim_number, clearinghouse_number, bill_type, CAST(dos_from AS VARCHAR), CAST(dos_to AS VARCHAR), "
        "verdict, category, status, amount_cents, statuses FROM x12_277ca_claim ORDER BY segment_no"
    ).fetchall() == [
        ("CLAIM1", "ICN1", "CH1", "111", "2026-06-01", "2026-06-03", "accepted", "A2", "20", 10_000, 1),
        ("CLAIM2", None, None, None, None, None, "rejected", "A6", "21", 10_000, 5),
    ]
    assert read.execute(
        "SELECT procedure_code, charge_cents, line_id, CAST(dos_from AS VARCHAR) FROM x12_277ca_line ORDER BY line_no"
    ).fetchall() == [("99213", 6_000, "LINE1", "2026-06-01"), ("80053", 4_000, None, None)]
    assert read.execute(
        "SELECT reference, CAST(received_on AS VARCHAR), CAST(processed_on AS VARCHAR), segments FROM x12_277ca_batch"
    ).fetchone() == ("REF1", "2026-06-02", "2026-06-03", 42)


def test_totals_of_each_level_are_held_against_what_is_listed(read: duckdb.DuckDBPyConnection) -> None:
    assert read.execute(
        "SELECT level, segment_no, stated_accepted, stated_rejected, stated_accepted_cents, stated_rejected_cents, listed, listed_accepted, "
        "listed_rejected, listed_rejected_cents, unlisted_accepted, unlisted_rejected, counts_tie, amounts_tie FROM x12_277ca_total ORDER BY 2"
    ).fetchall() == [
        ("receiver", 14, 1, 2, 10_000, 20_000, 2, 1, 1, 10_000, 0, 1, False, False),
        ("provider", 23, 1, 1, None, None, 2, 1, 1, 10_000, 0, 0, True, True),
    ]


def test_a_patient_without_trn_is_known_by_its_account_number(con: duckdb.DuckDBPyConnection) -> None:
    read_guide(
        con,
        "277ca",
        [
            SetText(
                "s", "f", 3, Delimiters("*", ":", "^", "~"), SET.replace("TRN*2*CLAIM2~", "").replace("*42*", "*41*")
            )
        ],
    )
    assert con.execute("SELECT claim_id, verdict FROM x12_277ca_claim ORDER BY segment_no").fetchall() == [
        ("CLAIM1", "accepted"), ("ACCOUNT2", "rejected"),
    ]  # fmt: skip


def test_the_meaning_of_each_category_is_that_of_the_code_list(read: duckdb.DuckDBPyConnection) -> None:
    with files("pm_pipeline.codes").joinpath("answer.csv").open(encoding="utf-8") as source:
        wanted = {row["code"]: row["outcome"] for row in csv.DictReader(source) if row["transaction"] == "277CA"}
    assert dict(read.execute("SELECT category, verdict FROM x12_277ca_meaning").fetchall()) == wanted
