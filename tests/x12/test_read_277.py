"""Reading claim status answers (277): every table, and what payers do to naive readers."""

from __future__ import annotations

import datetime as dt

import duckdb

from tests.x12.answers import WITH_ANY_MARKS, answer, read, rows, with_marks
from tests.x12.files import USUAL, Marks

D = dt.date
BODY = (
    "BHT*0010*08*ASK-1*20260302*0830*DG",  # 4
    "HL*1**20*1",
    "NM1*PR*2*BLUE HARBOR HEALTH PLAN*****PI*BLHRB",
    "PER*IC*CLAIMS*TE*2075550100*FX*2075550101",
    "HL*2*1*21*1",  # 8
    "NM1*41*2*HARBOR VIEW FAMILY MEDICINE*****46*HARBORVIEW",
    "TRN*2*BATCH-1",
    "STC*E0:0*20260302",
    "HL*3*2*19*1",  # 12
    "NM1*1P*2*HARBOR VIEW FAMILY MEDICINE*****XX*1990300018",
    "NM1*1P*2*HARBOR VIEW FAMILY MEDICINE*****FI*990300018",
    "TRN*1*0",
    "STC*E0:24:85*20260302",
    "HL*4*3*22*0",  # 17
    "NM1*IL*1*QUARTZ*FLINT*B**JR*MI*ABC123456789",
    "TRN*2*OURS-1 ",  # 19
    "STC*F1:65*20260301*WQ*120.5*80*20260228*CHK*20260301*REMIT-1*F1:107:QC:RX*P3:317*A LETTER FOLLOWS",
    "STC*F1:104*20260301**120.5*80",
    "REF*1K*PAYER-1",
    "REF*BLT*111",
    "REF*EJ*C1",
    "REF*VV*VOUCHER",
    "REF*D9*CLR-1",
    "DTP*472*RD8*20260105-20260107",  # 27
    "SVC*HC:99213:25*100*80****1",  # 28
    "STC*F1:65*20260301",
    "REF*FJ*L1",
    "DTP*472*D8*20260105",
    "SVC*NU:0450*20.5**0450***2",  # 32
    "STC*F2:88:QC*20260301",
    "DTP*472*D8*20260107",
    "TRN*2*OURS-2",  # 35: a second claim of the same subscriber
    "STC*A4:35*20260302",
    "HL*5*3*22*1",  # 37
    "NM1*IL*1*QUARTZ*FLINT****MI*ABC123456789",
    "HL*6*5*23",  # 39: a dependent; HL04 is not used
    "NM1*QC*1*QUARTZ*OPAL",
    "TRN*2*OURS-3",
    "STC*P3:317*20260302**7",
)
FILE = answer("277", "005010X212", *BODY, gs01="HN")


@WITH_ANY_MARKS
def test_every_status_composite_is_a_row_at_its_level(con: duckdb.DuckDBPyConnection, marks: Marks) -> None:
    read(con, "277", with_marks(FILE, marks))
    columns = "segment_no, place, level, trn_at, svc_at, category, status, entity, code_list, action"
    assert rows(con, columns, "x12_277_status", "place") == [
        (11, 1, "receiver", 10, None, "E0", "0", None, None, None),
        (16, 1, "provider", 15, None, "E0", "24", "85", None, None),
        (20, 1, "claim", 19, None, "F1", "65", None, None, "WQ"),
        (20, 10, "claim", 19, None, "F1", "107", "QC", "RX", "WQ"),
        (20, 11, "claim", 19, None, "P3", "317", None, None, "WQ"),
        (21, 1, "claim", 19, None, "F1", "104", None, None, None),
        (29, 1, "line", 19, 28, "F1", "65", None, None, None),
        (33, 1, "line", 19, 32, "F2", "88", "QC", None, None),
        (36, 1, "claim", 35, None, "A4", "35", None, None, None),
        (42, 1, "claim", 41, None, "P3", "317", None, None, None),
    ]
    columns = (
        "effective_on, charge_cents, paid_cents, adjudicated_on, payment_method, remitted_on, remittance_trace, text"
    )
    assert rows(con, columns, "x12_277_status", "place")[2] == (
        D(2026, 3, 1), 12050, 8000, D(2026, 2, 28), "CHK", D(2026, 3, 1), "REMIT-1", "A LETTER FOLLOWS",
    )  # fmt: skip


def test_a_claim_has_its_numbers_days_and_amounts_and_none_of_its_lines(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "277", with_marks(FILE, USUAL))
    columns = (
        "segment_no, hl_at, level, provider_at, subscriber_at, trace, payer_claim_number, bill_type, patient_control_number, voucher, "
        "clearinghouse_number, pharmacy_number, dos_from, dos_to, charge_cents, paid_cents"
    )
    assert rows(con, columns, "x12_277_claim") == [
        (19, 17, "subscriber", 12, 17, "OURS-1", "PAYER-1", "111", "C1", "VOUCHER", "CLR-1", None, D(2026, 1, 5), D(2026, 1, 7), 12050, 8000),
        (35, 17, "subscriber", 12, 17, "OURS-2", *[None] * 10),
        (41, 39, "dependent", 12, 37, "OURS-3", *[None] * 8, 700, None),
    ]  # fmt: skip
    columns = "effective_on, adjudicated_on, remitted_on, remittance_trace"
    assert rows(con, columns, "x12_277_claim")[0] == (D(2026, 3, 1), D(2026, 2, 28), D(2026, 3, 1), "REMIT-1")


def test_lines_are_known_by_their_claim(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "277", with_marks(FILE, USUAL))
    columns = (
        "segment_no, trn_at, svc_no, procedure_qualifier, procedure_code, modifiers, charge_cents, paid_cents, revenue_code, units, "
        "line_id, dos_from"
    )
    assert rows(con, columns, "x12_277_line") == [
        (28, 19, 1, "HC", "99213", ["25"], 10000, 8000, None, 1, "L1", D(2026, 1, 5)),
        (32, 19, 2, "NU", "0450", [], 2050, None, "0450", 2, None, D(2026, 1, 7)),
    ]


def test_levels_know_who_they_are(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "277", with_marks(FILE, USUAL))
    columns = "segment_no, level, payer_at, receiver_at, provider_at, subscriber_at, last_name, first_name, id_qualifier, identifier"
    practice = "HARBOR VIEW FAMILY MEDICINE"
    assert rows(con, columns, "x12_277_level") == [
        (5, "payer", 5, None, None, None, "BLUE HARBOR HEALTH PLAN", None, "PI", "BLHRB"),
        (8, "receiver", 5, 8, None, None, practice, None, "46", "HARBORVIEW"),
        (12, "provider", 5, 8, 12, None, practice, None, "XX", "1990300018"),
        (17, "subscriber", 5, 8, 12, 17, "QUARTZ", "FLINT", "MI", "ABC123456789"),
        (37, "subscriber", 5, 8, 12, 37, "QUARTZ", "FLINT", "MI", "ABC123456789"),
        (39, "dependent", 5, 8, 12, 37, "QUARTZ", "OPAL", None, None),
    ]
    assert rows(con, "hl_at, pair, name, qualifier, number", "x12_277_contact", "pair") == [
        (5, 1, "CLAIMS", "TE", "2075550100"),
        (5, 2, "CLAIMS", "FX", "2075550101"),
    ]
    (header,) = rows(con, "segment_no, purpose, reference, created_on, segments, stray_segments", "x12_277_header")
    assert header == (4, "08", "ASK-1", D(2026, 3, 2), len(BODY) + 2, 0)


def test_an_stc_without_composite_or_trace_is_not_lost(con: duckdb.DuckDBPyConnection) -> None:
    body = ("HL*1**22*0", "STC**20260302**5", "STC****5******A1:20", "SVC*HC:99213*1**", "STC*F0:3*20260302")
    read(con, "277", with_marks(answer("277", "005010X212", *body, gs01="HN"), USUAL))
    assert rows(con, "segment_no, place, level, trn_at, svc_at, category, charge_cents", "x12_277_status") == [
        (5, 1, "subscriber", None, None, None, 500),
        (6, 10, "subscriber", None, None, "A1", 500),
        (8, 1, "line", None, 7, "F0", None),
    ]
    assert rows(con, "trn_at, charge_cents, paid_cents", "x12_277_line") == [(None, 100, None)]


def test_a_line_s_day_number_and_status_are_not_the_claim_s(con: duckdb.DuckDBPyConnection) -> None:
    body = (
        "HL*1**22*0",
        "TRN*2*OURS",
        "SVC*HC:99213*9*8",
        "STC*F1:65*20260301**9*8",
        "REF*1K*OF-THE-LINE",
        "DTP*472*D8*20260105",
    )
    read(con, "277", with_marks(answer("277", "005010X212", *body, gs01="HN"), USUAL))
    columns = "trace, payer_claim_number, dos_from, dos_to, charge_cents, paid_cents, effective_on"
    assert rows(con, columns, "x12_277_claim") == [("OURS", *[None] * 6)]


def test_components_are_trimmed_and_empty_ones_are_null(con: duckdb.DuckDBPyConnection) -> None:
    body = ("HL*1**22*0", "TRN*2* OURS ", "STC*F2: 80 ::RX*20260301", "STC* F2:80: *20260301", "SVC*HC: 99213 ::59: *9")
    read(con, "277", with_marks(answer("277", "005010X212", *body, gs01="HN"), USUAL))
    assert rows(con, "category, status, entity, code_list", "x12_277_status") == [
        ("F2", "80", None, "RX"),
        ("F2", "80", None, None),
    ]
    assert rows(con, "procedure_code, modifiers", "x12_277_line") == [("99213", ["59"])]
    assert rows(con, "trace", "x12_277_claim") == [("OURS",)]


def test_a_composite_with_a_separator_of_its_own_is_read(con: duckdb.DuckDBPyConnection) -> None:
    body = ("HL*1**22*0", "TRN*2*OURS", "STC*F2|88|QC*20260302", "SVC*HC|99213|25*1", "STC*DR02|1*20260302")
    read(con, "277", with_marks(answer("277", "005010X212", *body, gs01="HN"), USUAL))
    assert rows(con, "category, status, entity", "x12_277_status") == [("F2", "88", "QC"), ("DR02", "1", None)]
    assert rows(con, "procedure_code, modifiers", "x12_277_line") == [("99213", ["25"])]


def test_a_request_for_information_reads_without_error(con: duckdb.DuckDBPyConnection) -> None:
    body = ("BHT*0085*48*R1*20260302*0830*RQ", "HL*1**20*1", "NM1*PR*2*BLUE HARBOR HEALTH PLAN*****PI*BLHRB", "HL*2*1*21*1",
            "NM1*41*2*HARBOR VIEW*****46*HV", "HL*3*2*19*1", "NM1*1P*2*HARBOR VIEW*****XX*1990300018", "HL*4*3*PT*0",
            "NM1*QC*1*QUARTZ*FLINT****MI*ABC123456789", "TRN*1*ASK", "STC*R4:18626-2::LOI*20260302**100", "REF*EJ*C1",
            "DTP*472*D8*20260105", "PWK*OZ***", "SVC*HC:99213*100*****1", "STC*R4:11506-3::LOI*20260302")  # fmt: skip
    read(con, "277", with_marks(answer("277", "005010X213", *body, gs01="HN"), USUAL))
    assert rows(con, "level, trace, patient_control_number, charge_cents", "x12_277_claim") == [
        ("patient", "ASK", "C1", 10000)
    ]
    assert rows(con, "level, category, status, code_list", "x12_277_status") == [
        ("claim", "R4", "18626-2", "LOI"),
        ("line", "R4", "11506-3", "LOI"),
    ]


def test_two_sets_do_not_leak_into_each_other(con: duckdb.DuckDBPyConnection) -> None:
    at = FILE.index("GE*1*7")
    more = ["ST*277*0002*005010X212", "STC*E0:0*20260302", "HL*1**23*0", "TRN*2*X", "REF*1K*P", "SE*6*0002", "GE*2*7"]
    read(con, "277", with_marks([*FILE[:at], *more, FILE[-1]], USUAL))
    assert rows(con, "level, trn_at, svc_at", "x12_277_status", "place")[-1] == ("none", None, None)
    columns = "trace, payer_claim_number, provider_at, subscriber_at, charge_cents"
    assert rows(con, columns, "x12_277_claim")[-1] == ("X", "P", None, None, None)
    assert rows(con, "stray_segments", "x12_277_header") == [(0,), (1,)]
