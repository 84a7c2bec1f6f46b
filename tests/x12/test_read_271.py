"""Reading eligibility answers (271) and inquiries (270): every table, and what payers do to naive readers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb

from tests.x12.answers import WITH_ANY_MARKS, answer, read, rows, with_marks
from tests.x12.files import USUAL, Marks

D = dt.date
BODY = (
    "BHT*0022*11*ASK-1*20260302*0830",  # 4
    "HL*1**20*1",
    "AAA*Y**42*R",
    "NM1*PR*2*BLUE HARBOR HEALTH PLAN*****PI*BLHRB",
    "PER*IC*MEMBER SERVICE*TE*2075550100*EX*12*UR*WWW.EXAMPLE.TEST",
    "AAA*Y**T4*C",
    "HL*2*1*21*1",  # 10
    "NM1*1P*2*HARBOR VIEW FAMILY MEDICINE*****XX*1990300018",
    "AAA*N**43*C",
    "HL*3*2*22*1",  # 13: the subscriber, who is the patient
    "TRN*2*OURS-1   *9HARBORVIE",
    "TRN*1*THEIRS-1*1990300018*DIV",
    "NM1*IL*1*QUARTZ*FLINT*B**JR*MI* ABC123456789 ",
    "REF*6P*GRP-77*A GROUP",
    "N3*12 PINE ST*UNIT 2",
    "N4*PORTLAND*ME*04101",
    "DMG*D8*19800229*M",  # 20
    "INS*Y*18*001*25*************2",
    "HI*ABK:E119*ABF:I10",
    "DTP*346*D8*20260101",
    "EB*1*FAM*30^1^UC*HM*GOLD PLAN",  # 24
    "DTP*291*RD8*20260101-20261231",
    "EB*B*IND*98**GOLD PLAN*27*25.5*****Y",  # 26
    "HSD*VS*3*DA*1*34*2",
    "REF*18*PLAN-9",
    "AAA*N**15*N",
    "III*ZZ*11",
    "MSG*COPAY WAIVED FOR THE FIRST VISIT",
    "LS*2120",
    "NM1*P3*1*ALDER*JUNE****XX*1990300216",  # 33
    "N3*100 HARBOR VIEW RD",
    "N4*PORTLAND*ME*04101",
    "PER*IC**TE*2075550101",
    "PRV*PC*PXC*207Q00000X",
    "NM1*PRP*2*SECOND PAYER",  # 38
    "LE*2120",
    "MSG*AFTER THE LOOP",
    "EB*A**30*****.2*P6*2.5*Y*N*HC:99213:25:59*1:2",  # 41
    "HL*4*3*23*0",  # 42: a dependent
    "TRN*2*OURS-2*9HARBORVIE",
    "NM1*03*1*QUARTZ*OPAL",
    "DMG*D8*20150505*F",
    "INS*N*19",
    "AAA*N**71*C",
)
FILE = answer("271", "005010X279A1", *BODY, gs01="HB")


@WITH_ANY_MARKS
def test_every_benefit_is_a_row_whatever_the_separators(con: duckdb.DuckDBPyConnection, marks: Marks) -> None:
    read(con, "271", with_marks(FILE, marks))
    columns = (
        "segment_no, hl_at, eb_no, benefit, coverage_level, service_types, insurance_type, plan, time_period, amount, amount_cents, "
        "percent, quantity_qualifier, quantity, is_authorization_required, is_in_network"
    )
    assert rows(con, columns, "x12_271_benefit") == [
        (24, 13, 1, "1", "FAM", ["30", "1", "UC"], "HM", "GOLD PLAN", *[None] * 8),
        (26, 13, 2, "B", "IND", ["98"], None, "GOLD PLAN", "27", "25.5", 2550, None, None, None, None, "Y"),
        (41, 13, 3, "A", None, ["30"], None, None, None, None, None, Decimal("0.200"), "P6", Decimal("2.500"), "Y", "N"),
    ]  # fmt: skip
    products = "procedure_qualifier, procedure_code, modifiers, diagnosis_pointers"
    assert rows(con, products, "x12_271_benefit")[2] == ("HC", "99213", ["25", "59"], ["1", "2"])
    assert rows(con, products, "x12_271_benefit")[0] == (None, None, None, None)
    assert rows(con, "segment_no, place, qualifier, code", "x12_271_diagnosis", "place") == [
        (22, 1, "ABK", "E119"),
        (22, 2, "ABF", "I10"),
    ]


def test_what_stands_under_a_benefit_is_known_by_it(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "271", with_marks(FILE, USUAL))
    assert rows(con, "hl_at, eb_at, qualifier, from_on, to_on", "x12_271_date") == [
        (13, None, "346", D(2026, 1, 1), D(2026, 1, 1)),
        (13, 24, "291", D(2026, 1, 1), D(2026, 12, 31)),
    ]
    assert rows(con, "eb_at, quantity_qualifier, quantity, unit, per_units, time_period, periods", "x12_271_delivery") == [
        (26, "VS", 3, "DA", 1, "34", 2)
    ]  # fmt: skip
    assert rows(con, "eb_at, name_at, qualifier, reference, description", "x12_271_reference") == [
        (None, 16, "6P", "GRP-77", "A GROUP"),
        (26, None, "18", "PLAN-9", None),
    ]
    assert rows(con, "eb_at, text", "x12_271_message") == [
        (26, "COPAY WAIVED FOR THE FIRST VISIT"),
        (26, "AFTER THE LOOP"),
    ]
    assert rows(con, "eb_at, qualifier, code", "x12_271_place_of_service") == [(26, "ZZ", "11")]
    columns = (
        "segment_no, eb_at, entity, last_name, first_name, id_qualifier, identifier, address1, zip, provider_number"
    )
    assert rows(con, columns, "x12_271_benefit_entity") == [
        (33, 26, "P3", "ALDER", "JUNE", "XX", "1990300216", "100 HARBOR VIEW RD", "04101", "207Q00000X"),
        (38, 26, "PRP", "SECOND PAYER", None, None, None, None, None, None),
    ]
    assert rows(con, "name_at, pair, name, qualifier, number", "x12_271_contact", "pair") == [
        (7, 1, "MEMBER SERVICE", "TE", "2075550100"),
        (7, 2, "MEMBER SERVICE", "EX", "12"),
        (7, 3, "MEMBER SERVICE", "UR", "WWW.EXAMPLE.TEST"),
        (33, 1, None, "TE", "2075550101"),
    ]


def test_rejections_are_told_by_level(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "271", with_marks(FILE, USUAL))
    columns = "segment_no, level, part, hl_at, eb_at, is_request_valid, reason, follow_up"
    assert rows(con, columns, "x12_271_reject") == [
        (6, "source", "level", 5, None, "Y", "42", "R"),
        (9, "source", "name", 5, None, "Y", "T4", "C"),
        (12, "receiver", "name", 10, None, "N", "43", "C"),
        (29, "subscriber", "benefit", 13, 26, "N", "15", "N"),
        (47, "dependent", "name", 42, None, "N", "71", "C"),
    ]


def test_levels_know_who_they_are_and_what_they_answer(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "271", with_marks(FILE, USUAL))
    columns = (
        "segment_no, level, source_at, receiver_at, subscriber_at, last_name, identifier, answered_trace, own_trace"
    )
    assert rows(con, columns, "x12_271_level") == [
        (5, "source", 5, None, None, "BLUE HARBOR HEALTH PLAN", "BLHRB", None, None),
        (10, "receiver", 5, 10, None, "HARBOR VIEW FAMILY MEDICINE", "1990300018", None, None),
        (13, "subscriber", 5, 10, 13, "QUARTZ", "ABC123456789", "OURS-1", "THEIRS-1"),
        (42, "dependent", 5, 10, 13, "QUARTZ", None, "OURS-2", None),
    ]
    columns = "segment_no, entity, first_name, middle_name, suffix, address1, address2, city, state, zip, birth_on, sex, relationship, birth_sequence"
    assert rows(con, columns, "x12_271_name")[2:] == [
        (16, "IL", "FLINT", "B", "JR", "12 PINE ST", "UNIT 2", "PORTLAND", "ME", "04101", D(1980, 2, 29), "M", "18", "2"),
        (44, "03", "OPAL", None, None, None, None, None, None, None, D(2015, 5, 5), "F", "19", None),
    ]  # fmt: skip
    assert rows(con, "hl_at, trace_type, trace, originator, division", "x12_271_trace") == [
        (13, "2", "OURS-1", "9HARBORVIE", None),
        (13, "1", "THEIRS-1", "1990300018", "DIV"),
        (42, "2", "OURS-2", "9HARBORVIE", None),
    ]
    (header,) = rows(con, "segment_no, purpose, reference, created_on, segments, stray_segments", "x12_271_header")
    assert header == (4, "11", "ASK-1", D(2026, 3, 2), len(BODY) + 2, 0)


def test_entities_are_found_though_ls_and_le_are_missing_and_the_next_patient_starts_clean(
    con: duckdb.DuckDBPyConnection,
) -> None:
    body = [one for one in BODY if one not in ("LS*2120", "LE*2120")]
    read(con, "271", with_marks(answer("271", "005010X279A1", *body, gs01="HB"), USUAL))
    assert rows(con, "entity, last_name", "x12_271_benefit_entity") == [("P3", "ALDER"), ("PRP", "SECOND PAYER")]
    assert rows(con, "level, part, eb_at", "x12_271_reject")[-1] == ("dependent", "name", None)
    assert rows(con, "entity", "x12_271_name")[-1] == ("03",)


def test_values_that_are_no_amounts_days_or_numbers_are_null_and_their_text_is_kept(
    con: duckdb.DuckDBPyConnection,
) -> None:
    body = ("HL*1**22*0", "DMG*D8*20260230*X", "EB*C**30***23*1,000.00*2E1*P6*MANY", "DTP*291*RD8*20260101", "DTP*291*D8*SOON",
            "EB*F******* *P6*1.5", "HSD*VS*X*DA*Y*7*Z")  # fmt: skip
    read(con, "271", with_marks(answer("271", "004010X092", *body, gs01="HB"), USUAL))
    columns = "amount, amount_cents, percent_text, percent, quantity_text, quantity"
    assert rows(con, columns, "x12_271_benefit") == [
        ("1,000.00", None, "2E1", None, "MANY", None),
        (None, None, None, None, "1.5", Decimal("1.500")),
    ]
    assert rows(con, "value, from_on, to_on", "x12_271_date") == [
        ("20260101", D(2026, 1, 1), None),
        ("SOON", None, None),
    ]
    assert rows(con, "quantity, per_units, periods", "x12_271_delivery") == [(None, None, None)]


def test_codes_are_split_though_isa11_is_u_and_a_composite_shows_its_own_separator(
    con: duckdb.DuckDBPyConnection,
) -> None:
    body = ("HL*1**22*0", "EB*1**30>33>35", "EB*D*IND**MB*********HC>90669>25")
    read(con, "271", with_marks(answer("271", "004010X092A1", *body, gs01="HB"), Marks(repetition="U")))
    assert rows(con, "service_types, procedure_code, modifiers", "x12_271_benefit") == [
        (["30", "33", "35"], None, None),
        (None, "90669", ["25"]),
    ]


def test_segments_outside_any_level_are_counted(con: duckdb.DuckDBPyConnection) -> None:
    read(
        con,
        "271",
        with_marks(answer("271", "005010X279A1", "EB*1**30", "BHT*0022*11*A*20260302*0830", gs01="HB"), USUAL),
    )
    assert rows(con, "segment_no, segments, stray_segments", "x12_271_header") == [(5, 4, 1)]
    assert rows(con, "hl_at, benefit", "x12_271_benefit") == [(None, "1")]


def test_two_sets_do_not_leak_into_each_other(con: duckdb.DuckDBPyConnection) -> None:
    second = ("BHT*0022*11*B*20260302*0830", "REF*18*STRAY", "HL*1**22*0", "EB*6**30")
    segments = answer("271", "005010X279A1", *BODY, gs01="HB")
    at = segments.index("GE*1*7")
    more = ["ST*271*0002*005010X279A1", *second, "SE*6*0002", "GE*2*7"]
    read(con, "271", with_marks([*segments[:at], *more, segments[-1]], USUAL))
    assert rows(con, "hl_at, eb_at, name_at", "x12_271_reference")[-1] == (None, None, None)
    assert rows(con, "subscriber_at, source_at, last_name", "x12_271_level")[-1] == (52, None, None)
    assert rows(con, "eb_no, benefit", "x12_271_benefit")[-1] == (1, "6")
