"""The Great Expectations suite: what it asks, that each row gets its own reasons, and that it is silent."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Mapping

import pandas as pd
import pytest

from pm_pipeline.errors import PmError
from pm_pipeline.intake import Feed, suite
from pm_pipeline.intake.read import read_rows
from pm_pipeline.intake.suite import build_suite, judge
from tests.intake.files import CHARGES, COVERAGES, DEPOSITS, PATIENTS, PROVIDERS, rows_text


def problems(feed: Feed, *rows: Mapping[str, str]) -> list[tuple[int, str, str]]:
    """(row_no, reason, column) of each problem."""
    [chunk] = read_rows(rows_text(feed, rows), feed.header)
    found = judge(feed, chunk.frame)
    return [(int(row), reason, column) for row, reason, column in found[["row_no", "reason", "column_name"]].to_numpy()]


def test_the_charge_suite_asks_for_presence_pattern_choice_and_row_rules() -> None:
    asked = {(item.meta["reason"], item.meta["column"]): item for item in build_suite(CHARGES).expectations}  # type: ignore[index]
    assert type(asked["MISSING", "charge_id"]).__name__ == "ExpectColumnValuesToNotBeNull"
    amount = asked["BAD_AMOUNT", "charge_amount"]
    assert type(amount).__name__ == "ExpectColumnValuesToMatchRegex"
    assert amount.regex == r"\A(?:(?!0+\.00\Z)[0-9]{1,7}\.[0-9]{2})\Z"  # type: ignore[attr-defined]
    assert asked["BAD_CHOICE", "action"].value_set == ["new", "correct", "void"]  # type: ignore[attr-defined]
    assert asked["ENDS_BEFORE_START", "dos_to"].value_set == [True]  # type: ignore[attr-defined]
    required = {column for reason, column in asked if reason == "MISSING"}
    assert required == {column.name for column in CHARGES.columns if column.required}


def test_good_rows_have_no_problem() -> None:
    for feed in (CHARGES, PATIENTS, COVERAGES, PROVIDERS, DEPOSITS):
        assert problems(feed, {}, {}) == []


CHARGE_FAULTS = {
    "negative charge B149": ({"charge_amount": "-100.00"}, [("BAD_AMOUNT", "charge_amount")]),
    "zero charge B149": ({"charge_amount": "0.00"}, [("BAD_AMOUNT", "charge_amount")]),
    "zero units B149": ({"units": "0"}, [("BAD_UNITS", "units")]),
    "zero units with decimals B149": ({"units": "0.000"}, [("BAD_UNITS", "units")]),
    "three decimals of money": ({"charge_amount": "10.005"}, [("BAD_AMOUNT", "charge_amount")]),
    "exponent": ({"charge_amount": "1E5"}, [("BAD_AMOUNT", "charge_amount")]),
    "plus sign": ({"charge_amount": "+5.00"}, [("BAD_AMOUNT", "charge_amount")]),
    "thousands comma": ({"charge_amount": "1,250.00"}, [("BAD_AMOUNT", "charge_amount")]),
    "newline behind the amount": ({"charge_amount": "5.00\n"}, [("BAD_AMOUNT", "charge_amount")]),
    "digits of another script": ({"units": "\u0663"}, [("BAD_UNITS", "units")]),
    "a day that is not in the calendar": (
        {"dos_from": "2026-02-30", "dos_to": "2026-03-01"},
        [("BAD_DATE", "dos_from")],
    ),
    "American date": ({"entered_on": "06/02/2026"}, [("BAD_DATE", "entered_on")]),
    "ends before it starts": ({"dos_to": "2026-05-31"}, [("ENDS_BEFORE_START", "dos_to")]),
    "procedure format": ({"procedure_code": "9921"}, [("BAD_PROCEDURE", "procedure_code")]),
    "diagnosis U99": ({"diagnosis_1": "U99"}, [("BAD_DIAGNOSIS", "diagnosis_1")]),
    "diagnosis with a bare point": ({"diagnosis_1": "I10."}, [("BAD_DIAGNOSIS", "diagnosis_1")]),
    "gap between diagnoses": ({"diagnosis_3": "E119"}, [("DIAGNOSIS_GAP", "diagnosis_2")]),
    "no diagnosis": ({"diagnosis_1": ""}, [("MISSING", "diagnosis_1")]),
    "no pointer": ({"pointer_1": ""}, [("MISSING", "pointer_1")]),
    "pointer 13": ({"pointer_1": "13"}, [("BAD_POINTER", "pointer_1")]),
    "drug without quantity": (
        {"ndc": "12345678901"},
        [("NDC_PARTIAL", "ndc_quantity"), ("NDC_PARTIAL", "ndc_unit")],
    ),
    "drug code malformed": (
        {"ndc": "1234-567-8", "ndc_quantity": "1", "ndc_unit": "ML"},
        [("BAD_NDC", "ndc")],
    ),
    "correction of nothing B161": ({"action": "correct"}, [("ORIGINAL_MISSING", "original_charge_id")]),
    "void of nothing B161": ({"action": "void"}, [("ORIGINAL_MISSING", "original_charge_id")]),
    "new row naming an original": ({"original_charge_id": "C0"}, [("ORIGINAL_NOT_WANTED", "original_charge_id")]),
    "row naming itself": (
        {"action": "void", "original_charge_id": "C1"},
        [("NAMES_ITSELF", "original_charge_id")],
    ),
}


@pytest.fixture(scope="module")
def judged() -> dict[str, list[tuple[str, str]]]:
    """What each faulty row is told, when all of them stand in one file with good rows between."""
    rows = [{"charge_id": f"GOOD{n}"} if n % 2 else {"charge_id": "C1", **change}
            for n, (change, _) in enumerate(fault for fault in CHARGE_FAULTS.values() for _ in range(2))]  # fmt: skip
    told: dict[int, list[tuple[str, str]]] = {}
    for row_no, reason, column in problems(CHARGES, *rows):
        told.setdefault(row_no, []).append((reason, column))
    assert all(row_no % 2 for row_no in told), "a good row was refused"
    return {name: told.get(2 * place + 1, []) for place, name in enumerate(CHARGE_FAULTS)}


@pytest.mark.parametrize("fault", CHARGE_FAULTS)
def test_a_charge_row_at_fault_is_told_its_own_reason(judged: dict[str, list[tuple[str, str]]], fault: str) -> None:
    assert judged[fault] == CHARGE_FAULTS[fault][1]


def test_u07_u09_and_points_are_diagnoses() -> None:
    assert problems(CHARGES, {"diagnosis_1": "U07.1", "diagnosis_2": "U099", "diagnosis_3": "S72.001A"}) == []


def test_drug_codes_may_have_any_of_the_five_shapes() -> None:
    shapes = ("12345678901", "12345-6789-01", "1234-5678-90", "12345-678-90", "12345-6789-0")
    rows = [{"ndc": ndc, "ndc_quantity": "2.5", "ndc_unit": "ML"} for ndc in shapes]
    assert problems(CHARGES, *rows) == []


def test_a_wrong_npi_is_refused_b151() -> None:
    """A wrong check digit, nine digits, and one that starts with 3."""
    rows = [{"npi": npi} for npi in ("1990300216", "1234567890", "199030021", "3990300216")]
    assert problems(PROVIDERS, *rows) == [(3, "BAD_NPI", "npi"), (4, "BAD_NPI", "npi"), (2, "NPI_CHECK_DIGIT", "npi")]


def refused_names(*names: str) -> list[str]:
    """Those of the names that are refused as a last name."""
    rows = [{"patient_id": f"PT{n}", "last_name": name} for n, name in enumerate(names)]
    found = problems(PATIENTS, *rows)
    assert {problem[1:] for problem in found} <= {("BAD_TEXT", "last_name")}
    return [names[row_no - 1] for row_no, _, _ in found]


def test_a_delimiter_or_control_character_in_a_name_is_refused_b154() -> None:
    names = ["O*BRIEN~", "O:BRIEN", "O^BRIEN", "LARCH\x00WOOD", "LARCH\tWOOD", "LARCH\nWOOD", "LARCH\x7fWOOD"]
    assert refused_names("LARCH", *names, "WOOD") == names


def test_letters_outside_the_x12_set_are_refused_b155() -> None:
    names = ["LÄRCHE", "名前", "QUARTZ🙂", "Jos\u0065\u0301", "\ufffdX"]
    assert refused_names("LARCH", *names) == names


def test_padded_and_overlong_names_are_refused() -> None:
    names = [" LARCH", "LARCH ", " ", "X" * 36]
    assert refused_names("X" * 35, "X", *names) == names


def test_odd_names_that_x12_can_carry_are_accepted_as_they_are_b157_b158_b160() -> None:
    sql, html, template = "Robert'); DROP TABLE claims;--", "<img src=x onerror=alert(1)>", "{{ 7+7 }}"
    assert refused_names(sql, html, template, "{% raw %}", "O'Brien-Smith, Jr.") == []


def test_a_dependent_needs_the_subscriber_and_an_address_is_whole_or_absent() -> None:
    found = problems(COVERAGES, {"relationship": "19", "subscriber_city": "PORTLAND"})
    assert {column for _, reason, column in found if reason == "SUBSCRIBER_MISSING"} == {
        "subscriber_last_name", "subscriber_first_name", "subscriber_birth_date", "subscriber_sex",
    }  # fmt: skip
    assert {column for _, reason, column in found if reason == "SUBSCRIBER_ADDRESS_PARTIAL"} == {
        "subscriber_line1", "subscriber_state", "subscriber_zip",
    }  # fmt: skip


def test_several_faults_of_one_row_are_all_reported() -> None:
    found = problems(CHARGES, {"patient_id": "", "units": "x", "dos_to": "2026-01-01"})
    assert found == [
        (1, "MISSING", "patient_id"),
        (1, "BAD_UNITS", "units"),
        (1, "ENDS_BEFORE_START", "dos_to"),
    ]


def test_a_check_that_cannot_be_computed_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    [chunk] = read_rows(rows_text(DEPOSITS, [{}]), DEPOSITS.header)
    real = suite._validate

    def failing(asked: object, frame: pd.DataFrame, how: dict[str, object]) -> list[object]:
        return real(asked, frame.drop(columns="amount"), how)  # type: ignore[arg-type]

    monkeypatch.setattr(suite, "_validate", failing)
    with pytest.raises(PmError, match="could not be computed"):
        judge(DEPOSITS, chunk.frame)


def test_judging_says_nothing_about_the_values(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert problems(PATIENTS, {"last_name": "LARCH*WOOD"}, {"first_name": "QUARTZ~"})
    out, err = capfd.readouterr()
    assert out == ""
    assert err == ""
    assert caplog.records == []


def test_great_expectations_is_imported_only_to_judge_rows() -> None:
    code = (
        "import sys, pm_pipeline.intake, pm_pipeline.charges, pm_pipeline.front_office; "
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
