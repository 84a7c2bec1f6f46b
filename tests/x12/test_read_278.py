"""Reading answers to requests for review (278): every table, and what payers do to naive readers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb

from tests.x12.answers import WITH_ANY_MARKS, answer, read, rows, with_marks
from tests.x12.files import USUAL, Marks

D = dt.date
BODY = (
    "BHT*0007*11*ASK-1*20260302*0830*18",  # 4
    "HL*1**20*1",
    "AAA*N**42*Y",
    "NM1*X3*2*BLUE HARBOR HEALTH PLAN*****PI*BLHRB",
    "PER*IC*REVIEW*TE*2075550100",
    "HL*2*1*21*1",  # 9
    "NM1*1P*1*ALDER*JUNE****XX*1990300216",
    "AAA*N**51*C",
    "PRV*PE*PXC*207Q00000X",
    "HL*3*2*22*1",  # 13
    "NM1*IL*1*QUARTZ*FLINT****MI*ABC123456789",
    "REF*6P*GRP-77",
    "HL*4*3*23*1",  # 16
    "NM1*QC*1*QUARTZ*OPAL",
    "N3*12 PINE ST",
    "N4*PORTLAND*ME*04101",
    "DMG*D8*20150505*F",
    "INS*N*19",
    "HL*5*4*EV*1",  # 22
    "TRN*2*OURS-1 *9HARBORVIE",
    "TRN*1*THEIRS-1*1990300018",
    "AAA*Y**AP*C",
    "UM*AR*I*2*21:B*AA:EM*03***Y*1",  # 26
    "HCR*A2* AUTH-1 *0K^0L*N",  # 27
    "REF*NT*ADMIN-1",
    "DTP*102*D8*20260303",
    "DTP*036*D8*20260602",
    "DTP*007*RD8*20260303-20260602",
    "DTP*435*D8*20260310",
    "HI*ABK:E119:D8:20260101*ABF:I10",  # 33
    "HSD*DY*5",
    "CL1*2*1*30",
    "PWK*AS*VO***AC*LETTER-1*THE NOTES",
    "MSG*SEND THE NOTES",
    "NM1*FA*2*HARBOR HOSPITAL*****XX*1990300125",  # 38
    "REF*1J*77",
    "AAA*N**47*C",
    "PRV*AT*PXC*282N00000X",
    "HL*6*5*SS*0",  # 42
    "TRN*2*OURS-2*9HARBORVIE",
    "UM*HS*I*2",
    "HCR*A1*AUTH-2",  # 45
    "DTP*472*RD8*20260310-20260314",
    "SV1*HC:99213:25*120.5*UN*2***1:2",  # 47
    "HSD*VS*3*DA*1*34*2",
    "HL*7*5*SS*0",  # 49
    "HCR*A3**0U",
    "SV2*0120*HC:33510*1000*DA*5",
    "HL*8*5*SS*0",  # 52
    "HCR*A4",
    "SV3*AD:D0120*40**01**1",
)
FILE = answer("278", "005010X217", *BODY, gs01="HI")


@WITH_ANY_MARKS
def test_decisions_and_services_are_read_whatever_the_separators(con: duckdb.DuckDBPyConnection, marks: Marks) -> None:
    read(con, "278", with_marks(FILE, marks))
    columns = "segment_no, hl_at, level, event_at, patient_at, action, certification_number, reasons, is_second_opinion_required"
    assert rows(con, columns, "x12_278_decision") == [
        (27, 22, "event", 22, 16, "A2", "AUTH-1", ["0K", "0L"], "N"),
        (45, 42, "service", 22, 16, "A1", "AUTH-2", None, None),
        (50, 49, "service", 22, 16, "A3", None, ["0U"], None),
        (53, 52, "service", 22, 16, "A4", None, None, None),
    ]
    columns = "kind, event_at, revenue_code, procedure_qualifier, procedure_code, modifiers, charge_cents, unit, units, diagnosis_pointers"
    assert rows(con, columns, "x12_278_service") == [
        ("SV1", 22, None, "HC", "99213", ["25"], 12050, "UN", Decimal(2), ["1", "2"]),
        ("SV2", 22, "0120", "HC", "33510", [], 100000, "DA", Decimal(5), None),
        ("SV3", 22, None, "AD", "D0120", [], 4000, None, Decimal(1), None),
    ]
    assert rows(con, "segment_no, place, qualifier, code, diagnosed_on", "x12_278_diagnosis", "place") == [
        (33, 1, "ABK", "E119", D(2026, 1, 1)),
        (33, 2, "ABF", "I10", None),
    ]


def test_what_was_asked_is_known_with_its_first_decision(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "278", with_marks(FILE, USUAL))
    columns = (
        "segment_no, level, own_trace, answered_trace, category, certification_type, service_type, facility_type, facility_qualifier, "
        "related_causes, level_of_service, release_of_information, delay_reason"
    )
    assert rows(con, columns, "x12_278_review") == [
        (26, "event", "THEIRS-1", "OURS-1", "AR", "I", "2", "21", "B", ["AA", "EM"], "03", "Y", "1"),
        (44, "service", None, "OURS-2", "HS", "I", "2", *[None] * 6),
    ]
    columns = "admission_type, admission_source, patient_status, action, certification_number, reasons"
    assert rows(con, columns, "x12_278_review") == [
        ("2", "1", "30", "A2", "AUTH-1", ["0K", "0L"]),
        (None, None, None, "A1", "AUTH-2", None),
    ]


def test_rejections_are_told_by_level_and_party(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "278", with_marks(FILE, USUAL))
    assert rows(con, "segment_no, level, name_at, is_request_valid, reason, follow_up", "x12_278_reject") == [
        (6, "organization", None, "N", "42", "Y"),
        (11, "requester", 10, "N", "51", "C"),
        (25, "event", None, "Y", "AP", "C"),
        (40, "event", 38, "N", "47", "C"),
    ]


def test_names_levels_and_the_smaller_segments(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "278", with_marks(FILE, USUAL))
    columns = "segment_no, entity, last_name, first_name, identifier, address1, zip, birth_on, relationship, provider_code, provider_number"
    assert rows(con, columns, "x12_278_name") == [
        (7, "X3", "BLUE HARBOR HEALTH PLAN", None, "BLHRB", *[None] * 6),
        (10, "1P", "ALDER", "JUNE", "1990300216", None, None, None, None, "PE", "207Q00000X"),
        (14, "IL", "QUARTZ", "FLINT", "ABC123456789", *[None] * 6),
        (17, "QC", "QUARTZ", "OPAL", None, "12 PINE ST", "04101", D(2015, 5, 5), "19", None, None),
        (38, "FA", "HARBOR HOSPITAL", None, "1990300125", None, None, None, None, "AT", "282N00000X"),
    ]
    assert rows(con, "segment_no, level, event_at, subscriber_at, patient_at", "x12_278_level") == [
        (5, "organization", None, None, None),
        (9, "requester", None, None, None),
        (13, "subscriber", None, 13, 13),
        (16, "dependent", None, 13, 16),
        (22, "event", 22, 13, 16),
        (42, "service", 22, 13, 16),
        (49, "service", 22, 13, 16),
        (52, "service", 22, 13, 16),
    ]
    assert rows(con, "hl_at, qualifier, from_on, to_on", "x12_278_date") == [
        (22, "102", D(2026, 3, 3), D(2026, 3, 3)),
        (22, "036", D(2026, 6, 2), D(2026, 6, 2)),
        (22, "007", D(2026, 3, 3), D(2026, 6, 2)),
        (22, "435", D(2026, 3, 10), D(2026, 3, 10)),
        (42, "472", D(2026, 3, 10), D(2026, 3, 14)),
    ]
    assert rows(con, "hl_at, name_at, qualifier, reference", "x12_278_reference") == [
        (13, 14, "6P", "GRP-77"),
        (22, None, "NT", "ADMIN-1"),
        (22, 38, "1J", "77"),
    ]
    assert rows(
        con, "hl_at, quantity_qualifier, quantity, unit, per_units, time_period, periods", "x12_278_delivery"
    ) == [
        (22, "DY", 5, None, None, None, None),
        (42, "VS", 3, "DA", 1, "34", 2),
    ]
    columns = "hl_at, report_type, transmission, id_qualifier, control_number, description"
    assert rows(con, columns, "x12_278_attachment") == [(22, "AS", "VO", "AC", "LETTER-1", "THE NOTES")]
    assert rows(con, "hl_at, text", "x12_278_message") == [(22, "SEND THE NOTES")]
    assert rows(con, "hl_at, name_at, name, qualifier, number", "x12_278_contact") == [
        (5, 7, "REVIEW", "TE", "2075550100")
    ]
    assert rows(con, "hl_at, trace_type, trace, originator", "x12_278_trace") == [
        (22, "2", "OURS-1", "9HARBORVIE"),
        (22, "1", "THEIRS-1", "1990300018"),
        (42, "2", "OURS-2", "9HARBORVIE"),
    ]
    (header,) = rows(
        con, "segment_no, purpose, reference, created_on, transaction_type, stray_segments", "x12_278_header"
    )
    assert header == (4, "11", "ASK-1", D(2026, 3, 2), "18", 0)


def test_a_decision_without_um_and_values_that_are_none_are_not_lost(con: duckdb.DuckDBPyConnection) -> None:
    body = ("HCR*A3*X", "HL*1**22*1", "HL*2*1*EV*0", "HCR*A1*TWICE", "HCR*A3*R*U", "SV1*HC>99213>59*1E5*UN*ALL", "DTP*435*D8*TODAY",
            "HI*ABK:E119:D8:NEVER", "HSD*VS*FEW")  # fmt: skip
    read(con, "278", with_marks(answer("278", "005010X215", *body, gs01="HI"), USUAL))
    assert rows(con, "level, action, certification_number, reasons", "x12_278_decision") == [
        (None, "A3", "X", None),
        ("event", "A1", "TWICE", None),
        ("event", "A3", "R", ["U"]),
    ]
    assert rows(con, "procedure_code, modifiers, charge_cents, units", "x12_278_service") == [
        ("99213", ["59"], None, None)
    ]
    assert rows(con, "from_on", "x12_278_date") == [(None,)]
    assert rows(con, "code, diagnosed_on", "x12_278_diagnosis") == [("E119", None)]
    assert rows(con, "quantity", "x12_278_delivery") == [(None,)]
    assert rows(con, "segment_no, stray_segments", "x12_278_header") == [(3, 1)]


def test_two_sets_do_not_leak_into_each_other(con: duckdb.DuckDBPyConnection) -> None:
    at = FILE.index("GE*1*7")
    more = ["ST*278*0002*005010X217", "HL*1**22*1", "HL*2*1*EV*0", "UM*HS*I", "AAA*N**15*C", "SE*6*0002", "GE*2*7"]
    read(con, "278", with_marks([*FILE[:at], *more, FILE[-1]], USUAL))
    columns = "level, event_at, patient_at, own_trace, action, admission_type"
    assert rows(con, columns, "x12_278_review")[-1] == ("event", 58, 57, None, None, None)
    assert rows(con, "level, name_at", "x12_278_reject")[-1] == ("event", None)
