"""The summary of a file: keys and types that do not change, whatever the file; problems at their segments; no names."""

from __future__ import annotations

import json
import random
from typing import Any

import duckdb
import pytest

from pm_pipeline.x12 import summary
from pm_pipeline.x12.summary import is_sound, summarize

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0830*^*00501*000000007*0*T*:~"


def file_of(*sets: str, gs01: str = "HP", guide: str = "005010X221A1", extra: str = "") -> str:
    """One interchange with one group; a set is its segments between ST and SE, e.g. ``835~BPR*I*0~``."""
    body = ""
    for number, one in enumerate(sets, start=1):
        head, *segments = one.rstrip("~").split("~")
        body += (
            f"ST*{head.replace('#', f'{number:04}')}~"
            + "".join(f"{text}~" for text in segments)
            + f"SE*{len(segments) + 2}*{number:04}~"
        )
    groups = f"GS*{gs01}*SENDER*RECEIVER*20260302*0830*7*X*{guide}~{body}GE*{len(sets)}*7~" if sets else ""
    return f"{ISA}{groups}{extra}IEA*{1 if sets else 0}*000000007~"


PAID = (
    "835*#~BPR*I*140*C*ACH*CCP*01*1*DA*2*1512345678**01*1*DA*2*20260620~TRN*1*T1*1512345678~N1*PR*BLUE LAKE~N1*PE*PRACTICE*XX*1990300018~LX*1~"
    "CLP*C1*1*100*80*0*MC*ICN1~NM1*QC*1*TESTER*ANN~CAS*CO*45*20~CLP*C2*1*80*70*0*MC*ICN2~NM1*QC*1*TESTER*BEN~SVC*HC:99213*80*70~CAS*CO*45*10~"
    "PLB*1990300018*20261231*WO:C0*10"
)  # fmt: skip
UNBALANCED_SET = PAID.replace("BPR*I*140", "BPR*I*140.01")
UNBALANCED_CLAIM = PAID.replace("CAS*CO*45*20", "CAS*CO*45*19")
ANSWERED = (
    "277*#*005010X214~BHT*0085*08*R1*20260603*0900*TH~HL*1**20*1~NM1*AY*2*HOUSE*****46*H1~TRN*1*S~HL*2*1*21*1~NM1*41*2*PRACTICE*****46*P1~TRN*2*B1~"
    "STC*A1:19*20260603*WQ*300~QTY*90*1~QTY*AA*2~AMT*YU*100~AMT*YY*200~HL*3*2*19*1~NM1*85*2*PRACTICE*****XX*1990300018~HL*4*3*PT~"
    "NM1*QC*1*TESTER*ANN****MI*M1~TRN*2*C1~STC*A2:20*20260603*WQ*100~REF*1K*ICN1~HL*5*3*PT~NM1*QC*1*TESTER*BEN****MI*M2~TRN*2*C2~STC*A7:21*20260603*U*100"
)  # fmt: skip
SYNTAX = "999*#*005010X231A1~AK1*HC*70*005010X222A1~AK2*837*0701~IK5*A~AK2*837*002~IK3*NM1*8**8~CTX*CLM01:C3~IK4*9*67*7*SECRET~IK5*R*5~AK9*P*2*2*1"
CLAIMS = (
    "837*#*005010X222A1~BHT*0019*00*B1*20260602*0900*CH~HL*1**20*1~NM1*85*2*PRACTICE~HL*2*1*22*0~NM1*IL*1*TESTER*ANN~CLM*C1*150.5~LX*1~SV1*HC:99213*100~LX*2~"
    "SV1*HC:80053*50.5~HL*3*1*22*0~NM1*IL*1*TESTER*BEN~CLM*C2*60~LX*1~SV1*HC:99213*60"
)
STATUS = (
    "277*#*005010X212~BHT*0010*08*R1*20260603*0900*DG~HL*1**20*1~NM1*PR*2*PAYER*****PI*1~HL*2*1*21*1~NM1*41*2*PRACTICE*****46*P1~HL*3*2*19*1~"
    "NM1*1P*2*PRACTICE*****XX*1990300018~HL*4*3*22*0~NM1*IL*1*TESTER*ANN****MI*M1~TRN*2*C1~STC*F1:65*20260603**100*80~REF*1K*ICN1"
)
BENEFITS = (
    "271*#*005010X279A1~BHT*0022*11*R1*20260603*0900~HL*1**20*1~NM1*PR*2*PAYER*****PI*1~HL*2*1*21*1~NM1*1P*2*PRACTICE*****XX*1990300018~HL*3*2*22*0~"
    "TRN*2*T1*1512345678~NM1*IL*1*TESTER*ANN****MI*M1~EB*1**30~EB*C*IND*30***23*250"
)
DECISION = (
    "278*#*005010X217~BHT*0007*11*R1*20260603*0900*18~HL*1**20*1~NM1*X3*2*PAYER*****PI*1~HL*2*1*21*1~NM1*1P*2*PRACTICE*****XX*1990300018~HL*3*2*22*1~"
    "NM1*IL*1*TESTER*ANN****MI*M1~HL*4*3*EV*0~UM*HS*I*3~HCR*A1*AUTH1"
)


def summary_of(text: str, list_claims: int = 0) -> dict[str, Any]:
    document = summarize(text.encode(), list_claims)
    assert "TESTER" not in json.dumps(document)
    return document


def only_set(text: str, list_claims: int = 0) -> dict[str, Any]:
    ((one,),) = [home["transactions"] for home in summary_of(text, list_claims)["interchanges"]]
    return one


def paid_with(old: str, new: str) -> dict[str, Any]:
    """The set PAID with something else in the place of `old`."""
    assert old in PAID
    return only_set(file_of(PAID.replace(old, new)))


def codes(one: dict[str, Any]) -> list[tuple[str, int]]:
    return [(problem["code"], problem["segment_no"]) for problem in one["problems"]]


def test_an_835_is_summed_to_the_cent() -> None:
    assert only_set(file_of(PAID)) == {
        "st01": "835", "st02": "0001", "guide": "005010X221A1", "first_segment_no": 3, "segments": 15, "disposition": "accepted", "problems": [],
        "trn02": "T1", "trn03": "1512345678", "bpr02_cents": 14_000, "method": "ACH", "effective_on": "20260620", "claims": 2, "lines": 1,
        "adjustments": 2, "charge_cents": 18_000, "paid_cents": 15_000, "plb_cents": 1_000, "balanced": True, "unbalanced_claims": 0,
    }  # fmt: skip


def test_a_set_that_does_not_balance_is_quarantined_and_its_sibling_stands() -> None:
    document = summary_of(file_of(UNBALANCED_SET, PAID))
    first, second = document["interchanges"][0]["transactions"]
    assert (first["disposition"], first["balanced"], codes(first)) == ("quarantined", False, [("PAYMENT_GATE", 4)])
    assert "140.01" in first["problems"][0]["text"]
    assert (second["disposition"], second["balanced"]) == ("accepted", True)
    assert not is_sound(document)


def test_a_claim_that_does_not_balance_is_noted_where_it_stands_and_listed_first() -> None:
    text = file_of(PAID.replace("SVC*HC:99213*80*70", "SVC*HC:99213*80*71"))
    one = only_set(text, list_claims=5)
    assert (one["disposition"], one["balanced"], one["unbalanced_claims"], codes(one)) == (
        "noted",
        True,
        1,
        [("CLAIM_GATE", 12)],
    )
    assert [claim["claim_id"] for claim in one["claim_list"]] == ["C2", "C1"]
    assert not is_sound(summary_of(text))
    assert [claim["claim_id"] for claim in only_set(text, list_claims=1)["claim_list"]] == ["C2"]
    assert "claim_list" not in only_set(text)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("BPR*I*140", "BPR*I*14O", "BPR02"),
        ("*100*80*0*MC", "*100*8O*0*MC", "CLP04"),
        ("WO:C0*10", "WO:C0*1O", "PLB"),
        ("CLP*C1*1*100*80*0*MC*ICN1~", "", "STRAY_SEGMENT"),
    ],
)
def test_an_835_that_cannot_be_proven_to_balance_does_not(old: str, new: str, code: str) -> None:
    one = paid_with(old, new)
    assert code in [found for found, _ in codes(one)]
    assert one["disposition"] == "quarantined"
    assert one["balanced"] is False or code == "STRAY_SEGMENT"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("*20260620~TRN", "*00000000~TRN", "BPR16"),
        ("*20260620~TRN", "~TRN", "BPR16"),
        ("BPR*I*140*C", "BPR*I*140*D", "BPR03"),
        ("C*ACH", "C*NON", "NON_WITH_MONEY"),
        ("TRN*1*T1*1512345678", "TRN*1*T1", "NO_TRN"),
        ("N1*PE*PRACTICE*XX*1990300018", "N1*PE*PRACTICE", "NO_PAYEE"),
    ],
)
def test_what_loading_will_hold_back_is_noted_though_the_figures_stand(old: str, new: str, code: str) -> None:
    one = paid_with(old, new)
    assert (one["disposition"], one["balanced"], codes(one)) == ("noted", True, [(code, 4)])
    assert one["problems"][0]["text"].endswith("Loading holds the payment back.")
    assert one["effective_on"] == (None if code == "BPR16" else "20260620")


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("LX*1~CLP*C1*1*100*80*0*MC*ICN1~", "LX*1~", "STRAY_SEGMENT", 10),
        ("CAS*CO*45*20", "cas*CO*45*20", "SEGMENT_ID", 11),
    ],
)
def test_what_stands_under_no_claim_and_what_is_no_segment_is_told_at_its_place(
    old: str, new: str, code: str, at: int
) -> None:
    assert (code, at) in codes(paid_with(old, new))


@pytest.mark.parametrize("end", ["", "GE*0*7~"], ids=["no GE", "with its GE"])
def test_a_group_whose_sets_are_not_found_is_refused_and_the_others_stand(end: str) -> None:
    """The ST is lost: nothing else of the group could say that it was refused."""
    lost = f"GS*HP*SENDER*RECEIVER*20260302*0830*8*X*005010X221A1~BPR*I*80*C~CLP*C9*1*80*80~SE*4*0001~{end}"
    document = summary_of(file_of(PAID, extra=lost).replace("IEA*1*", "IEA*2*"))
    (home,) = document["interchanges"]
    assert (document["disposition"], home["disposition"]) == ("quarantined", "quarantined")
    assert [one["disposition"] for one in home["transactions"]] == ["accepted"]
    assert not is_sound(document)


def test_a_set_that_could_not_be_read_does_not_say_that_it_holds_nothing() -> None:
    text = file_of(PAID)
    (home,) = summary_of(text[: text.index("SE*")] + text[text.index("GE*") :])["interchanges"]
    assert [one["is_read"] for one in home["transactions"]] == [False]
    assert "is_read" not in only_set(text)


@pytest.mark.parametrize(
    "text",
    [
        ("HN", "277*#*005010X214~BHT*0085*08*R1*20260603*0900*TH~TRN*2*C1~STC*A3:21*20260603*U*100"),
        ("HN", "277*#*005010X212~BHT*0010*08*R1*20260603*0900*DG~TRN*2*C1~STC*F2:21*20260603"),
        ("HB", "271*#*005010X279A1~BHT*0022*11*R1*20260603*0900~TRN*2*T1*1512345678~EB*1**30"),
        ("HI", "278*#*005010X217~BHT*0007*11*R1*20260603*0900*18~TRN*2*T1*1512345678~HCR*A1*AUTH1"),
    ],
)  # fmt: skip
def test_what_an_answer_says_under_no_hl_is_told(text: tuple[str, str]) -> None:
    gs01, body = text
    one = only_set(file_of(body, gs01=gs01, guide=body.split("~")[0].split("*")[2]))
    assert (one["disposition"], codes(one)) == ("noted", [("STRAY_SEGMENT", 5)])
    assert one["problems"][0]["text"].startswith("2 segments stand under no HL")


def test_amounts_that_are_none_are_told_once_with_how_many_there_are() -> None:
    text = PAID.replace("*100*80*0*MC", "*100*8O*0*MC").replace("*80*70*0*MC", "*80*7O*0*MC")
    text = text.replace("*WO:C0*10", "*WO:C0*1O*WO:C1**WO:C2*10")
    found = only_set(file_of(text))
    told = {one["code"]: (one["segment_no"], one["text"]) for one in found["problems"]}
    assert told["CLP04"] == (9, "CLP04 is no amount here and in 1 more, so the set cannot be proven to balance.")
    assert told["PLB"] == (16, "A provider adjustment has no reason or no amount, here and in 1 more.")


def test_many_problems_of_a_kind_are_counted_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "LISTED_PROBLEMS", 2)
    claims = "".join(f"CLP*X{number}*1*100*80~" for number in range(5))
    one = only_set(file_of(PAID.replace("LX*1~", f"LX*1~{claims}").replace("BPR*I*140", "BPR*I*540")))
    assert [code for code, _ in codes(one)] == ["CLAIM_GATE", "CLAIM_GATE"]
    assert one["problems"][1]["text"].endswith("There are 3 more of this kind.")
    assert one["unbalanced_claims"] == 5


def test_a_277ca_lists_every_claim_and_what_it_counts_without_listing() -> None:
    one = only_set(file_of(ANSWERED, gs01="HN", guide="005010X214"))
    assert [(claim["claim_id"], claim["category"], claim["status"], claim["disposition"]) for claim in one["claims"]] == [
        ("C1", "A2", "20", "accepted"), ("C2", "A7", "21", "rejected"),
    ]  # fmt: skip
    assert (one["unlisted_rejected"], one["unlisted_accepted"], one["disposition"]) == (1, 0, "noted")
    assert codes(one) == [("UNLISTED_REJECTED", 12)]
    assert [(total["level"], total["stated_rejected"], total["listed_rejected"]) for total in one["totals"]] == [
        ("receiver", 2, 1)
    ]


def test_a_whole_batch_rejected_counts_its_claims_as_unlisted_and_is_no_contradiction() -> None:
    text = "277*#*005010X214~BHT*0085*08*R1*20260603*0900*TH~HL*1**20*1~HL*2*1*21*0~TRN*2*B1~STC*A8:746:40*20260603*U*900~QTY*AA*9~AMT*YY*900"
    one = only_set(file_of(text, gs01="HN", guide="005010X214"))
    assert (one["claims"], one["unlisted_rejected"], one["disposition"]) == ([], 9, "accepted")
    assert [(level["level"], level["disposition"]) for level in one["levels"]] == [("receiver", "rejected")]


def test_a_999_and_a_997_give_group_and_sets_as_they_wrote_them() -> None:
    one = only_set(file_of(SYNTAX, gs01="FA", guide="005010X231A1"))
    assert (one["gs06"], one["group_code"]) == (70, "P")
    assert [(item["st02"], item["code"]) for item in one["sets"]] == [("0701", "A"), ("002", "R")]
    assert [(error["text"], error["claim_id"]) for error in one["errors"]] == [
        ("IK3 NM1 segment 8 code 8", "C3"),
        ("IK4 element 9 code 7", "C3"),
    ]
    assert "SECRET" not in json.dumps(one)
    old = (
        SYNTAX.replace("999*#*005010X231A1", "997*#")
        .replace("IK3", "AK3")
        .replace("IK4", "AK4")
        .replace("IK5", "AK5")
        .replace("CTX*CLM01:C3~", "")
    )
    same = only_set(file_of(old, gs01="FA", guide="005010"))
    assert (same["st01"], same["group_code"], same["sets"][1]["code"]) == ("997", "P", "R")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("~AK9*P*2*2*1", "", "NO_AK9"),
        ("~IK5*A", "", "NO_IK5"),
        ("IK5*A", "IK5*Q", "IK5_CODE"),
        ("AK9*P", "AK9*Z", "AK9_CODE"),
        ("AK9*P", "AK9*A", "AK9_DISAGREES"),
        ("AK1*HC*70*005010X222A1~", "", "NO_AK1"),
    ],
)
def test_what_is_odd_in_a_999_is_noted(old: str, new: str, code: str) -> None:
    assert old in SYNTAX
    one = only_set(file_of(SYNTAX.replace(old, new, 1), gs01="FA", guide="005010X231A1"))
    assert ([found for found, _ in codes(one)], one["disposition"]) == ([code], "noted")


def test_ta1s_are_of_their_interchange() -> None:
    document = summary_of(file_of(extra="TA1*0659*20110922*0512*A~ TA1*000000660*110922*0512*R*024~"))
    assert document["interchanges"][0]["ta1"] == [
        {"isa13": "0659", "code": "A", "note": ""}, {"isa13": "000000660", "code": "R", "note": "024"},
    ]  # fmt: skip
    beside = summary_of(file_of(SYNTAX, gs01="FA", guide="005010X231A1", extra="TA1*000000001*260603*0900*A*000~"))[
        "interchanges"
    ][0]
    assert (len(beside["ta1"]), len(beside["transactions"])) == (1, 1)


def test_an_837_counts_claims_lines_and_charges() -> None:
    one = only_set(file_of(CLAIMS, gs01="HC", guide="005010X222A1"), list_claims=9)
    assert (one["claims"], one["lines"], one["charge_cents"]) == (2, 3, 21_050)
    assert [(claim["claim_id"], claim["lines"]) for claim in one["claim_list"]] == [("C1", 2), ("C2", 1)]


def test_the_other_guides_are_told_briefly() -> None:
    status = only_set(file_of(STATUS, gs01="HN", guide="005010X212"))
    assert [(claim["claim_id"], claim["category"], claim["payer_claim_number"]) for claim in status["claims"]] == [
        ("C1", "F1", "ICN1")
    ]
    assert only_set(file_of(BENEFITS, gs01="HB", guide="005010X279A1"))["benefits"] == 2
    decision = only_set(file_of(DECISION, gs01="HI", guide="005010X217"))
    assert [(one["action"], one["certification_number"]) for one in decision["decisions"]] == [("A1", "AUTH1")]
    unknown = only_set(file_of("850*#~BEG*00", gs01="PO", guide="005010"))
    assert (unknown["disposition"], unknown["segments"], "claims" in unknown) == ("accepted", 3, False)


KEYS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "835": {"trn02": str, "bpr02_cents": int, "claims": int, "lines": int, "adjustments": int, "charge_cents": int, "paid_cents": int,
            "plb_cents": int, "balanced": bool, "unbalanced_claims": int},
    "277": {"claims": list, "unlisted_rejected": int},
    "999": {"group_code": str, "sets": list},
    "837": {"claims": int, "lines": int, "charge_cents": int},
}  # fmt: skip
EVERY = {
    "835": file_of(PAID), "277": file_of(ANSWERED, gs01="HN", guide="005010X214"), "999": file_of(SYNTAX, gs01="FA", guide="005010X231A1"),
    "837": file_of(CLAIMS, gs01="HC", guide="005010X222A1"),
}  # fmt: skip


def assert_shape(document: dict[str, Any], may_be_missing: bool = False) -> None:
    """Every key of the schema is there, with its type."""

    def problems(found: Any) -> None:
        assert isinstance(found, list)
        for one in found:
            assert isinstance(one["code"], str)
            assert isinstance(one["segment_no"], int)
            assert isinstance(one["text"], str)

    assert isinstance(document["file_id"], str)
    assert isinstance(document["bytes"], int)
    assert document["disposition"] in ("accepted", "noted", "quarantined", "rejected")
    problems(document["problems"])
    for home in document["interchanges"]:
        assert all(isinstance(home[key], str) for key in ("isa13", "sender", "receiver", "disposition"))
        assert all(isinstance(ta1[key], str) for ta1 in home["ta1"] for key in ("isa13", "code", "note"))
        for item in home["transactions"]:
            assert all(isinstance(item[key], str) for key in ("st02", "guide", "disposition"))
            problems(item["problems"])
            if item["st01"] == "277" and "X212" in item["guide"]:
                continue
            for key, kind in KEYS.get(item["st01"], {}).items():
                assert isinstance(item[key], kind) or (may_be_missing and item[key] is None), (item["st01"], key)


@pytest.mark.parametrize("kind", sorted(EVERY))
def test_the_keys_are_always_there_with_their_types(kind: str) -> None:
    text = EVERY[kind]
    assert_shape(summary_of(text))
    for spoiled in (
        text.replace("SE*", "SX*"),
        text.replace("GE*1", "GE*9"),
        text.replace("IEA*1", "IEA*7"),
        text[:-20],
        text[: len(text) // 2],
    ):
        assert_shape(summary_of(spoiled), may_be_missing=True)
    json.dumps(summary_of(text))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "EMPTY"), (b" \r\n\0", "EMPTY"), (b"PK\x03\x04zipped", "NOT_X12"), (b"<html>", "NOT_X12"), (bytes(range(256)), "NOT_X12"),
        (b"ISA*00", "BAD_ISA"), (b"ISA" + b"*" * 200, "BAD_ISA"), (file_of(PAID).encode("utf-16-le"), "UTF16"), (b"ST*835*0001~SE*2*0001~", "NOT_X12"),
    ],
)  # fmt: skip
def test_any_bytes_give_a_document(data: bytes, code: str) -> None:
    document = summarize(data)
    assert_shape(document)
    assert (document["disposition"], [one["code"] for one in document["problems"]], document["bytes"]) == (
        "rejected",
        [code],
        len(data),
    )
    assert not is_sound(document)


def test_mutated_files_give_a_document_and_no_error() -> None:
    rng = random.Random(20260603)
    pieces = [
        b"~",
        b"*",
        b":",
        b"\n",
        b"ISA",
        b"SE*1*1~",
        b"CLP*",
        b"\xff\xfe",
        b"\0",
        b"9" * 40,
        b"-",
        b"HL*",
        b"STC*A7~",
        b"IK5~",
    ]
    for number in range(40):
        data = bytearray(EVERY[sorted(EVERY)[number % 4]].encode())
        for _ in range(rng.randint(1, 12)):
            at = rng.randrange(len(data))
            data[at : at + rng.randint(0, 6)] = rng.choice(pieces)
        assert_shape(summarize(bytes(data), list_claims=3), may_be_missing=True)


def test_a_set_the_database_cannot_read_is_told_and_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    real = summary._read

    def fails_on_the_second(con: Any, family: Any, sets: Any, list_claims: int) -> Any:
        if any(one.first_segment_no > 10 for one in sets):
            raise duckdb.OutOfRangeException("a sum beyond all bounds")
        return real(con, family, sets, list_claims)

    monkeypatch.setattr(summary, "_read", fails_on_the_second)
    first, second = summary_of(file_of(PAID, PAID))["interchanges"][0]["transactions"]
    assert (first["disposition"], first["claims"]) == ("accepted", 2)
    assert (second["disposition"], codes(second), second["claims"]) == ("quarantined", [("UNREADABLE", 18)], 0)


def test_sets_are_read_in_batches_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    text = file_of(PAID, UNBALANCED_SET, PAID, UNBALANCED_CLAIM)
    whole = summary_of(text, list_claims=2)
    monkeypatch.setattr(summary, "BATCH_BYTES", 1)
    assert summary_of(text, list_claims=2) == whole
    monkeypatch.setattr(summary, "LARGE", 1)
    assert summary_of(text, list_claims=2) == whole


@pytest.mark.shared
@pytest.mark.slow
def test_every_third_party_file_gives_a_document(shared: Any) -> None:
    files = sorted(path for path in (shared / "samples").glob("*/*") if path.is_file())
    assert len(files) > 100
    for path in files:
        assert_shape(summarize(path.read_bytes(), list_claims=5), may_be_missing=True)
